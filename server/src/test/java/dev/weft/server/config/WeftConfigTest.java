package dev.weft.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeftConfigTest {
    private static final String KEY = "0123456789abcdef";
    @TempDir private Path directory;

    private static String line(final WeftConfig config, final String key) {
        return config.effective().stream()
                .filter(each -> each.startsWith(key + " "))
                .findFirst()
                .orElse("");
    }

    private String file(final String text) throws IOException {
        return Files.writeString(directory.resolve("weft.conf"), text).toString();
    }

    private static List<String> mistakes(
            final Map<String, String> flags, final Map<String, String> environment) {
        try {
            WeftConfig.load(flags, environment);
            return List.of();
        } catch (final ConfigException ex) {
            return ex.mistakes();
        }
    }

    @Test
    void shouldHaveDefaults() {
        final WeftConfig config = WeftConfig.of(Map.of());
        assertThat(config.listen().address().isLoopbackAddress()).isTrue();
        assertThat(config.listen().port()).isEqualTo(8765);
        assertThat(config.listen().corsOrigins()).isEmpty();
        assertThat(config.dataDirectory()).isEqualTo(Path.of("./data"));
        assertThat(config.durableByDefault()).isFalse();
        assertThat(config.logLevel()).isEqualTo("info");
        assertThat(config.streams().keepAliveIntervalNs()).isEqualTo(15_000_000_000L);
        assertThat(config.threads().ringCapacity()).isEqualTo(16 << 20);
        assertThat(config.access().apiKeys()).isEmpty();
        assertThat(config.demo()).isFalse();
        assertThat(line(config, "port")).matches("port +8765 +default");
    }

    @Test
    void shouldLetTheStrongerSourceWin() throws IOException {
        final String file =
                file(
                        "port = 1, retry-min = 1s, log-level = debug, cors-origins = [\"https://a.example\", \"https://b.example\"]");
        final Map<String, String> environment =
                Map.of(
                        "WEFT_CONFIG",
                        file,
                        "WEFT_PORT",
                        "2",
                        "PORT",
                        "9",
                        "LOG_LEVEL",
                        "warning",
                        "WEFT_RETRY_MAX",
                        "90s");
        final WeftConfig config = WeftConfig.load(Map.of("port", "3"), environment);
        assertThat(config.listen().port()).isEqualTo(3);
        assertThat(config.logLevel()).isEqualTo("warn");
        assertThat(config.streams().retryMinNs()).isEqualTo(1_000_000_000L);
        assertThat(config.streams().retryMaxNs()).isEqualTo(90_000_000_000L);
        assertThat(config.listen().corsOrigins())
                .containsExactly("https://a.example", "https://b.example");
        assertThat(line(config, "port")).endsWith("flag --port");
        assertThat(line(config, "log-level")).endsWith("environment LOG_LEVEL");
        assertThat(line(config, "retry-min")).endsWith("file " + file + ":1");
        assertThat(WeftConfig.load(Map.of(), environment).listen().port()).isEqualTo(2);
        assertThat(
                        WeftConfig.load(Map.of(), Map.of("WEFT_CONFIG", file, "PORT", "9"))
                                .listen()
                                .port())
                .isEqualTo(9);
        assertThat(WeftConfig.load(Map.of("config", file), Map.of()).listen().port()).isEqualTo(1);
    }

    @Test
    void shouldTellAllMistakesAtOnceWithKeyValueAndSource() throws IOException {
        final String file = file("prot = 1\nretry-min = 5\nnested { a = 1 }\n");
        final List<String> mistakes =
                mistakes(
                        Map.of(
                                "config",
                                file,
                                "port",
                                "70000",
                                "threading",
                                "both",
                                "colour",
                                "red"),
                        Map.of(
                                "WEFT_DURABILITY",
                                "sometimes",
                                "WEFT_KEEP_ALIVE_INTERVAL",
                                "2 days",
                                "WEFT_LOUD",
                                "1",
                                "WEFT_RING_CAPACITY",
                                "20m",
                                "WEFT_DEMO",
                                "perhaps",
                                "CORS_ORIGINS",
                                "app.example",
                                "HOST",
                                "0.0.0.0",
                                "WEFT_API_KEYS",
                                "short"));
        assertThat(mistakes)
                .hasSize(14)
                .anyMatch(each -> each.equals("prot: no such setting (file " + file + ":1)"))
                .anyMatch(each -> each.startsWith("nested: there are no nested settings (file"))
                .anyMatch(each -> each.equals("colour: no such setting (flag --colour)"))
                .anyMatch(each -> each.equals("WEFT_LOUD: no such setting (environment)"))
                .anyMatch(
                        each ->
                                each.equals(
                                        "port: \"70000\" is not a whole number from 0 to 65535 (flag --port)"))
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "threading: \"both\" is not one of auto, shared, dedicated"))
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "durability: \"sometimes\" is not one of journaled, durable"))
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "retry-min: \"5\" is not a time with unit from 1ms to 1h (file"))
                .anyMatch(each -> each.startsWith("keep-alive-interval: \"2 days\""))
                .anyMatch(each -> each.startsWith("ring-capacity: \"20m\" is not a power of two"))
                .anyMatch(each -> each.startsWith("demo: \"perhaps\" is not true or false"))
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "cors-origins: \"app.example\" has a part that is no origin"))
                .anyMatch(
                        each ->
                                each.startsWith(
                                        "host: \"0.0.0.0\" can be reached from other machines, and no keys are set"))
                .anyMatch(
                        each ->
                                each.equals(
                                        "api-keys: (hidden) has a key that is shorter than 16 characters or not visible"
                                                + " ASCII (environment WEFT_API_KEYS)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"job-command", "session-command"})
    void shouldReadCommandsByTheirNames(final String key) throws IOException {
        final String file = file(key + " = [\"test=make 'a b', c=d\", \"x.1 = true\"]");
        assertThat(commands(Map.of("config", file), key))
                .isEqualTo(Map.of("test", List.of("make", "a b,", "c=d"), "x.1", List.of("true")));
        assertThat(commands(Map.of(key, "a=1\n\nb=2;3"), key))
                .isEqualTo(Map.of("a", List.of("1"), "b", List.of("2;3")));
        assertThat(commands(Map.of(), key)).isEmpty();
    }

    private static Map<String, List<String>> commands(
            final Map<String, String> flags, final String key) {
        final WeftConfig config = WeftConfig.of(flags);
        return key.equals("job-command")
                ? config.jobCommands().commands()
                : config.sessionCommands().commands();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "make|with a name",
                "=x|with a name",
                "a b=c|with a name",
                "a=|with a program",
                "a='' x|with a program",
                "~a=1\na=2~|a name twice: a",
                "a='x|ends within a quote",
                "a=x\\|ends within a quote"
            })
    void shouldTellWhatIsWrongWithACommand(final String value, final String problem) {
        for (final String key : List.of("job-command", "session-command")) {
            assertThat(mistakes(Map.of(key, value), Map.of()))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith(key + ": ")
                    .contains(problem);
        }
    }

    @Test
    void shouldKeepTheNameOfProgramsFromOutside() {
        assertThat(mistakes(Map.of("session-command", "worker=x"), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("a command of the name worker");
        assertThat(mistakes(Map.of("job-command", "worker=x"), Map.of())).isEmpty();
    }

    @Test
    void shouldRefuseAnOpenBindWithoutKeysUnlessToldOtherwise() throws IOException {
        final Map<String, String> open = Map.of("host", "0.0.0.0");
        assertThatThrownBy(() -> WeftConfig.of(open))
                .hasMessageContaining("--allow-unauthenticated");
        assertThat(mistakes(Map.of("host", "0.0.0.0", "allow-unauthenticated", "true"), Map.of()))
                .isEmpty();
        assertThat(mistakes(open, Map.of("WEFT_API_KEYS", KEY))).isEmpty();
        final String keys = file("# team a\n" + KEY + "\n\n  " + KEY + "2  \n");
        assertThat(
                        WeftConfig.of(Map.of("host", "0.0.0.0", "api-keys-file", keys))
                                .access()
                                .apiKeys())
                .containsExactly(KEY, KEY + "2");
        assertThat(mistakes(Map.of("api-keys-file", file("# none\n")), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("a file without a key");
        assertThat(mistakes(Map.of("api-keys-file", "/nowhere"), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "host,[::zz],is no address of this machine",
        "port,-1,is not a whole number from 0 to 65535",
        "data-dir,'',is empty",
        "categories,'good,Bad Name',has a name that does not match",
        "api-keys-file,/no/such/file,is a file that cannot be read",
        "retry-min,11s,is longer than retry-max"
    })
    void shouldTellWhichRuleAValueBreaks(final String key, final String value, final String rule) {
        assertThat(mistakes(Map.of(key, value, "retry-max", "10s"), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith(key + ": ")
                .contains(rule);
    }

    @Test
    void shouldRefuseKeysThatAreShortOrCannotBeTyped() throws IOException {
        for (final String key : List.of("0123456789abcde", "0123456789abcdeé")) {
            final String file = file(KEY + "\n" + key + "\n");
            assertThat(mistakes(Map.of("api-keys-file", file), Map.of()))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("is a file whose line 2 is a key that is shorter");
            assertThat(mistakes(Map.of(), Map.of("WEFT_API_KEYS", KEY + "," + key)))
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("has a key that");
        }
    }

    @Test
    void shouldRunTheSequencerWhereItIsTold() {
        assertThat(WeftConfig.of(Map.of("threading", "shared")).threads().shared()).isTrue();
        assertThat(WeftConfig.of(Map.of("threading", "dedicated")).threads().shared()).isFalse();
    }

    @Test
    void shouldNeverShowAKey() {
        final WeftConfig config =
                WeftConfig.load(Map.of(), Map.of("WEFT_API_KEYS", KEY + "," + KEY + "2"));
        assertThat(config.toString()).doesNotContain(KEY);
        assertThat(line(config, "api-keys"))
                .contains("(hidden, 2 keys in all)")
                .endsWith("environment WEFT_API_KEYS");
        assertThat(mistakes(Map.of("api-keys", KEY), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .doesNotContain(KEY);
    }

    @Test
    void shouldTellABrokenFile() throws IOException {
        assertThat(mistakes(Map.of("config", file("port = [")), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("config: the file is not valid");
        assertThat(mistakes(Map.of("config", directory.resolve("none").toString()), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("cannot be read");
    }

    @Test
    void shouldTellASettingThatStandsTwiceWithItsLines() throws IOException {
        final String twice =
                file(
                        """
                        port = 1000 # port = 1
                        // "log-level = debug
                        cors-origins = [
                          "https://a" // port = 2
                        ]
                        "port" : 2000, data-dir = "port = 3"
                        log-level = info
                        """);
        assertThat(mistakes(Map.of("config", twice), Map.of()))
                .containsExactly(
                        "port: is set more than once (file %s:1, file %s:6)"
                                .formatted(twice, twice));
        assertThat(mistakes(Map.of("config", file("{\"port\": 1,\n\"port\": 2}")), Map.of()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("port: is set more than once")
                .contains(":1,")
                .endsWith(":2)");
        assertThat(
                        mistakes(
                                Map.of(
                                        "config",
                                        file(
                                                "cors-origins = [\"https://a\"]\nport=1\nhost=\"127.0.0.1\"")),
                                Map.of()))
                .isEmpty();
    }

    @Test
    void shouldNameTheLineOfAKeyThatIsNone() throws IOException {
        final String keys = file("# team a\n" + KEY + "\n\nshort\n" + KEY + " x\n");
        assertThat(mistakes(Map.of("api-keys-file", keys), Map.of()))
                .satisfiesExactly(
                        each ->
                                assertThat(each)
                                        .contains("line 4 is a key that is shorter than 16")
                                        .doesNotContain("short\n"),
                        each -> assertThat(each).contains("line 5 is a key"));
    }

    @Test
    void shouldLeaveVariablesOfOthersAlone() {
        final Map<String, String> environment =
                Map.of(
                        "WEFT_JAVA_OPTS",
                        "-Xmx1g",
                        "WEFT_MAVEN_OPTS",
                        "-o",
                        "WEFT_URL",
                        "http://a",
                        "WEFT_API_KEY",
                        "b",
                        "WEFT_HOME",
                        "/",
                        "PATH",
                        "/bin",
                        "WEFT_PORT",
                        "");
        assertThat(WeftConfig.load(Map.of(), environment).listen().port()).isEqualTo(8765);
    }

    @ParameterizedTest
    @CsvSource({"1b,1", "64k,65536", "64kb,65536", "16m,16777216", "1g,1073741824", "7,7"})
    void shouldReadSizes(final String text, final long bytes) {
        assertThat(Units.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "250ms,250000000",
        "5s,5000000000",
        "2m,120000000000",
        "1h,3600000000000",
        "1d,86400000000000",
        "9us,9000"
    })
    void shouldReadTimes(final String text, final long nanos) {
        assertThat(Units.nanos(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1k", "1.5m", "1 k", "1x", "99999999999g", "5"})
    void shouldRefuseWhatIsNoTimeOrSize(final String text) {
        assertThatThrownBy(() -> Units.nanos(text)).isInstanceOf(NumberFormatException.class);
        if (!text.equals("5")) {
            assertThatThrownBy(() -> Units.bytes(text)).isInstanceOf(NumberFormatException.class);
        }
    }

    @Test
    void shouldTellAllMistakesOfABridgeTogether() {
        assertThat(
                        mistakes(
                                Map.of(
                                        "port",
                                        "high",
                                        "index",
                                        "off",
                                        "valkey-from-streams",
                                        "orders",
                                        "valkey-subject",
                                        "order/{id}",
                                        "valkey-filter",
                                        "kind=x",
                                        "valkey-category",
                                        "unknown"),
                                Map.of("WEFT_VALKEY_URL", "host:1")))
                .hasSize(6)
                .anyMatch(each -> each.startsWith("port: "))
                .anyMatch(
                        each -> each.startsWith("valkey-from-streams: ") && each.contains("index"))
                .anyMatch(each -> each.startsWith("valkey-subject: \"order/{id}\" names {id}"))
                .anyMatch(each -> each.startsWith("valkey-filter: \"kind=x\" is no filter"))
                .anyMatch(each -> each.startsWith("valkey-category: "))
                .anyMatch(
                        each ->
                                each.startsWith("valkey-url: \"host:1\" is no address")
                                        && each.endsWith("(environment WEFT_VALKEY_URL)"));
    }

    @Test
    void shouldBridgeNothingUnlessToldTo() {
        assertThat(WeftConfig.of(Map.of("valkey-group", "mine")).valkey()).isNull();
        final WeftConfig config =
                WeftConfig.load(
                        Map.of("valkey-to-stream", "weft"),
                        Map.of("WEFT_VALKEY_PASSWORD", "very secret"));
        assertThat(config.valkey()).isNotNull();
        assertThat(line(config, "valkey-password")).contains("(hidden)");
        assertThat(config.toString()).doesNotContain("very secret");
    }
}
