package dev.weft.server.cli.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.server.WeftServer;
import dev.weft.server.cli.CommandRun;
import dev.weft.server.harness.ChildServer;
import dev.weft.server.harness.HttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** query, export, import and stats against a real server. */
@Timeout(120)
class HistoryCommandsSystemTest {
    private static final int MANY = 100_000;

    @TempDir Path directory;
    private WeftServer server;

    @BeforeEach
    void start() {
        server = WeftServer.start(directory.resolve("journal"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String url(final WeftServer of) {
        return "http://127.0.0.1:" + of.address().getPort();
    }

    private CommandRun run(final Object command, final String... arguments) {
        return runAt(server, command, arguments);
    }

    private static CommandRun runAt(
            final WeftServer at, final Object command, final String... arguments) {
        final List<String> all = new ArrayList<>(List.of("--url", url(at)));
        all.addAll(List.of(arguments));
        return CommandRun.of(command, all.toArray(new String[0]));
    }

    private void publish(final String json) throws IOException {
        try (HttpClient client = server.connect()) {
            assertThat(client.post(json).status()).isEqualTo(200);
        }
    }

    private void publishTen() throws IOException {
        for (int i = 1; i <= 10; i++) {
            publish(
                    "{\"type\":\"t."
                            + (i % 2 == 0 ? "even" : "odd")
                            + "\",\"id\":\"e"
                            + i
                            + "\",\"subject\":\"job/"
                            + i
                            + "\",\"data\":{\"n\": 1.50,\"i\":"
                            + i
                            + "}}");
        }
    }

    private void publishMany(final int count) throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            lines.append("{\"type\":\"tick\",\"id\":\"e")
                    .append(i)
                    .append("\",\"data\":{\"i\":")
                    .append(i)
                    .append(",\"text\":\"")
                    .append("x".repeat(100))
                    .append("\"}}\n");
        }
        try (HttpClient client = server.connect()) {
            final HttpClient.Answer answer =
                    client.post(
                            "/events", lines.toString(), "Content-Type: application/x-ndjson\r\n");
            assertThat(answer.number("accepted")).isEqualTo(count);
        }
    }

    private static List<Integer> numbers(final String lines) {
        return lines.lines()
                .map(line -> json(line).path("event").path("data").path("i").asInt())
                .toList();
    }

    private static JsonNode json(final String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void shouldWriteEnvelopesIntoAPipeNewestFirst() throws IOException {
        publishTen();
        final CommandRun all = run(new QueryCommand());
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(numbers(all.out())).containsExactly(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        assertThat(all.out()).contains("\"data\":{\"n\":1.50,\"i\":7}").doesNotContain("\u001b[");
        assertThat(numbers(run(new QueryCommand(), "--limit", "3", "--offset", "2").out()))
                .containsExactly(8, 7, 6);
        assertThat(numbers(run(new QueryCommand(), "--oldest-first", "-n", "2").out()))
                .containsExactly(1, 2);
        assertThat(numbers(run(new QueryCommand(), "--type", "t.even", "--before", "7").out()))
                .containsExactly(6, 4, 2);
        assertThat(run(new QueryCommand(), "--type", "t.*", "--count").out()).isEqualTo("10\n");
        assertThat(run(new QueryCommand(), "--fields", "seq,type", "-n", "1").out())
                .isEqualTo("{\"seq\":10,\"event\":{\"type\":\"t.even\"}}\n");
    }

    @Test
    void shouldFollowThePagesOfALongAnswer() throws IOException {
        publishMany(2_500);
        final List<Integer> numbers =
                numbers(run(new QueryCommand(), "--limit", "2400", "--oldest-first").out());
        assertThat(numbers).hasSize(2_400).startsWith(1, 2, 3).endsWith(2_399, 2_400);
    }

    @Test
    void shouldWriteOneObjectOrATable() throws IOException {
        publishTen();
        final JsonNode object = json(run(new QueryCommand(), "--format", "json", "-n", "3").out());
        assertThat(object.path("events")).hasSize(3);
        assertThat(object.path("total").asInt()).isEqualTo(10);
        assertThat(
                        json(run(new QueryCommand(), "--format", "json", "--type", "none").out())
                                .path("events"))
                .isEmpty();
        final String table = run(new QueryCommand(), "--format", "table", "-n", "3").out();
        assertThat(table.lines()).hasSize(4);
        assertThat(table)
                .as("with its date: it may be long ago")
                .startsWith(LocalDate.now(ZoneId.systemDefault()).toString().substring(0, 8));
        assertThat(
                        run(new QueryCommand(), "--format", "table", "--fields", "type", "-n", "1")
                                .out())
                .startsWith("– ")
                .doesNotContain("1970");
        assertThat(table).contains("job/10").endsWith("3 of 10\n").doesNotContain("\u001b[");
    }

    @Test
    void shouldColourOnATerminalOnly() throws Exception {
        publishTen();
        final List<String> command = command("query", "--url", url(server), "-n", "2");
        final Process piped = new ProcessBuilder(command).start();
        assertThat(new String(piped.getInputStream().readAllBytes(), UTF_8))
                .startsWith("{\"seq\":10,")
                .doesNotContain("\u001b[");
        assertThat(piped.waitFor()).isZero();
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) here");
        final ProcessBuilder builder =
                new ProcessBuilder(
                        "/usr/bin/script",
                        "--quiet",
                        "--return",
                        "--command",
                        String.join(" ", command),
                        "/dev/null");
        builder.environment().put("TERM", "xterm-256color");
        final Process terminal = builder.redirectErrorStream(true).start();
        assertThat(new String(terminal.getInputStream().readAllBytes(), UTF_8))
                .contains("\u001b[")
                .contains("2 of 10");
        assertThat(terminal.waitFor()).isZero();
    }

    @Test
    void shouldSayWhyItHasNoAnswer() {
        final CommandRun refused = run(new QueryCommand(), "--type", "two words");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).startsWith("weft query: 400 type: ");
        assertThat(run(new QueryCommand(), "--limit", "0").exitCode()).isEqualTo(2);
        assertThat(run(new QueryCommand(), "--offset", "-1").exitCode()).isEqualTo(2);
        final CommandRun away = CommandRun.of(new QueryCommand(), "--url", "http://127.0.0.1:1");
        assertThat(away.exitCode()).isEqualTo(3);
        assertThat(away.err()).contains("no answer from http://127.0.0.1:1");
    }

    @Test
    void shouldExportEverythingAndLaterWhatIsNew() throws IOException {
        publishTen();
        final Path file = directory.resolve("events.ndjson");
        final CommandRun first = run(new ExportCommand(), file.toString());
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(json(first.out()).path("exported").asInt()).isEqualTo(10);
        assertThat(json(first.out()).path("last_seq").asInt()).isEqualTo(10);
        assertThat(numbers(Files.readString(file))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(json(run(new ExportCommand(), file.toString()).out()).path("exported").asInt())
                .as("again, nothing new")
                .isZero();
        publishTen(); // the ids are there: nothing is added
        publish("{\"type\":\"t.odd\",\"data\":{\"i\":11}}");
        Files.writeString(file, "{\"seq\":11,\"event\":{\"id\":\"to", StandardOpenOption.APPEND);
        assertThat(run(new ExportCommand(), file.toString()).exitCode()).isZero();
        assertThat(numbers(Files.readString(file)))
                .as("a torn line is written anew")
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    @Test
    void shouldExportOnlyWhatIsWanted() throws IOException {
        publishTen();
        final Path file = directory.resolve("even.ndjson");
        assertThat(
                        run(
                                        new ExportCommand(),
                                        file.toString(),
                                        "--type",
                                        "t.even",
                                        "--after",
                                        "4")
                                .exitCode())
                .isZero();
        assertThat(numbers(Files.readString(file))).containsExactly(6, 8, 10);
        assertThat(run(new ExportCommand(), file.toString(), "--type", "t.even").exitCode())
                .isZero();
        assertThat(numbers(Files.readString(file))).containsExactly(6, 8, 10);
        final CommandRun refused =
                run(new ExportCommand(), directory.resolve("x").toString(), "--type", "two words");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("400 type: ");
    }

    @Test
    void shouldSayWhichFileItCannotWriteOrRead() {
        final Path nowhere = directory.resolve("nowhere/events.ndjson");
        final CommandRun export = run(new ExportCommand(), nowhere.toString());
        assertThat(export.exitCode()).isEqualTo(2);
        assertThat(export.err())
                .startsWith("cannot write " + nowhere + ": there is no such directory");
        assertThat(export.out()).isEmpty();
        final CommandRun folder = run(new ExportCommand(), directory.toString());
        assertThat(folder.exitCode()).isEqualTo(2);
        assertThat(folder.err()).startsWith("cannot write " + directory + ": ");
        final CommandRun imported = run(new ImportCommand(), nowhere.toString());
        assertThat(imported.exitCode()).isEqualTo(2);
        assertThat(imported.err()).startsWith("there is no file " + nowhere);
        assertThat(imported.out()).isEmpty();
    }

    /** A page of help would scroll it away. */
    @Test
    void shouldTellAMistakeInTwoLines() throws Exception {
        final Process process =
                new ProcessBuilder(command("query", "--limit", "0"))
                        .redirectErrorStream(true)
                        .start();
        assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                .isEqualTo("--limit: from 1 on: 0\nSee weft query --help\n");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void shouldNotWriteIntoAnotherFile() throws IOException {
        publishTen();
        final Path file = Files.writeString(directory.resolve("letter.txt"), "Dear all,\nbye\n");
        final CommandRun run = run(new ExportCommand(), file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("something else than an export");
        final Path word = Files.writeString(directory.resolve("word.txt"), "bye");
        assertThat(run(new ExportCommand(), word.toString()).exitCode()).isEqualTo(2);
        assertThat(Files.readString(file)).isEqualTo("Dear all,\nbye\n");
        assertThat(Files.readString(word)).isEqualTo("bye");
    }

    @Test
    void shouldGoOnWithAnExportThatWasKilled() throws Exception {
        publishMany(MANY);
        final Path file = directory.resolve("many.ndjson");
        int kills = 0;
        while (kills < 5) {
            final long before = Files.exists(file) ? Files.size(file) : 0;
            final Process process =
                    new ProcessBuilder(command("export", file.toString(), "--url", url(server)))
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("log").toFile())
                            .start();
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    !process.isAlive()
                                            || (Files.exists(file) && Files.size(file) > before));
            process.destroyForcibly().waitFor();
            kills++;
        }
        final CommandRun last = run(new ExportCommand(), file.toString());
        assertThat(last.exitCode()).as(last.err()).isZero();
        final List<Integer> numbers = numbers(Files.readString(file));
        assertThat(numbers).hasSize(MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(numbers.get(i)).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldImportWhatWasExportedUnchangedAndOnlyOnce() throws IOException {
        publish(
                "{\"type\":\"full\",\"id\":\"f\",\"category\":\"job\",\"subject\":\"job/7\",\"source\":{\"kind\":\"cdp\"},"
                        + "\"message\":\"a \\\"b\\\" \\n ü\",\"correlation_id\":\"c\",\"causation_id\":\"d\",\"run_id\":\"r\","
                        + "\"step_id\":\"s\",\"occurred_at\":\"2026-01-01T00:00:00+01:00\",\"data\":[1.50,{\"ts\":3,\"id\":\"x\"}]}");
        publishTen();
        final Path file = directory.resolve("events.ndjson");
        run(new ExportCommand(), file.toString());
        try (WeftServer other = WeftServer.start(directory.resolve("other"))) {
            final CommandRun first = runAt(other, new ImportCommand(), file.toString());
            assertThat(first.exitCode()).as(first.err()).isZero();
            assertThat(first.out()).contains("\"accepted\":11,\"rejected\":0,\"duplicates\":0");
            final List<String> before = Files.readAllLines(file);
            final Path again = directory.resolve("again.ndjson");
            runAt(other, new ExportCommand(), again.toString());
            final List<String> after = Files.readAllLines(again);
            assertThat(after).hasSize(11);
            assertThat(after.get(0).replaceAll("\"ts\":\\d{16}", ""))
                    .isEqualTo(before.get(0).replaceAll("\"ts\":\\d{16}", ""));
            for (int i = 1; i < 11; i++) {
                final JsonNode was = json(before.get(i)).path("event");
                final JsonNode is = json(after.get(i)).path("event");
                assertThat(is.path("id")).isEqualTo(was.path("id"));
                assertThat(is.path("occurred_at")).isEqualTo(was.path("ts"));
            }
            assertThat(runAt(other, new ImportCommand(), file.toString()).out())
                    .as("it knows that it is done")
                    .contains("\"accepted\":0,\"rejected\":0,\"duplicates\":0");
            assertThat(runAt(other, new ImportCommand(), file.toString(), "--from-start").out())
                    .as("and the server knows the ids")
                    .contains("\"accepted\":0,\"rejected\":0,\"duplicates\":11");
            publish("{\"type\":\"t.odd\",\"data\":{\"i\":11}}");
            run(new ExportCommand(), file.toString());
            assertThat(runAt(other, new ImportCommand(), file.toString()).out())
                    .as("what has come since")
                    .contains("\"accepted\":1,\"rejected\":0,\"duplicates\":0");
            assertThat(other.weft().head()).isEqualTo(12);
        }
    }

    @Test
    void shouldSayWhatItRejectsAndImportTheRest() throws IOException {
        final Path file =
                Files.writeString(
                        directory.resolve("mixed.ndjson"),
                        """
                        {"seq":1,"event":{"id":"a","ts":1700000000000000,"type":"good","data":1}}
                        no json
                        {"weft.gap":{"from":2,"to":5,"oldest":6}}

                        {"seq":6,"event":{"id":"b","ts":1700000000000001,"type":"weft.own"}}
                        {"type":"plain","data":2}
                        {"seq":8,"event":{"id":"c","ts":1700000000000002,"typ":"good"}}
                        [1]
                        {"type":"plain","data":2}
                        """);
        final CommandRun run = run(new ImportCommand(), file.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("\"accepted\":3,\"rejected\":4,\"duplicates\":0");
        assertThat(run.err().lines().sorted())
                .hasSize(4)
                .anyMatch(line -> line.startsWith("line 2: no JSON"))
                .anyMatch(line -> line.startsWith("line 5: type"))
                .anyMatch(line -> line.startsWith("line 7: "))
                .anyMatch(line -> line.startsWith("line 8: no JSON object"));
        final CommandRun again = run(new ImportCommand(), file.toString(), "--from-start");
        assertThat(again.out())
                .as("lines without an id get one that stays")
                .contains("\"accepted\":0,\"rejected\":4,\"duplicates\":3");
    }

    @Test
    void shouldTellSomeOfManyRejectedLines() throws IOException {
        final Path file =
                Files.writeString(
                        directory.resolve("refused.ndjson"),
                        "{\"seq\":1,\"event\":{\"type\":\"weft.own\"}}\n".repeat(50));
        final CommandRun run = run(new ImportCommand(), file.toString());
        assertThat(run.out()).contains("\"accepted\":0,\"rejected\":50,\"duplicates\":0");
        assertThat(run.err().lines()).hasSize(21).last().isEqualTo("and 30 more up to line 50");
    }

    @Test
    void shouldNoticeThatTheFileIsAnotherOne() throws IOException {
        final Path file =
                Files.writeString(
                        directory.resolve("f.ndjson"), "{\"type\":\"a\"}\n{\"type\":\"b\"}\n");
        assertThat(run(new ImportCommand(), file.toString()).exitCode()).isZero();
        Files.writeString(file, "{\"type\":\"a\"}\n{\"type\":\"c\"}\n");
        final CommandRun changed = run(new ImportCommand(), file.toString());
        assertThat(changed.exitCode()).isEqualTo(2);
        assertThat(changed.err()).contains("is not the file that was imported before");
        Files.writeString(file, "{\"type\":\"a\"}\n");
        assertThat(run(new ImportCommand(), file.toString()).exitCode()).isEqualTo(2);
        assertThat(run(new ImportCommand(), directory.resolve("none").toString()).exitCode())
                .isEqualTo(2);
        assertThat(server.weft().head()).isEqualTo(2);
    }

    @Test
    void shouldGoOnWithAnImportThatWasKilled() throws Exception {
        final Path file = directory.resolve("many.ndjson");
        final StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= MANY; i++) {
            lines.append("{\"type\":\"tick\",\"data\":{\"i\":").append(i).append("}}\n");
        }
        Files.writeString(file, lines);
        for (int kill = 0; kill < 4; kill++) {
            final long before = server.weft().head();
            final Process process =
                    new ProcessBuilder(command("import", file.toString(), "--url", url(server)))
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("log").toFile())
                            .start();
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !process.isAlive() || server.weft().head() > before);
            process.destroyForcibly().waitFor();
        }
        final CommandRun last = run(new ImportCommand(), file.toString());
        assertThat(last.exitCode()).as(last.err()).isZero();
        final Path copy = directory.resolve("copy.ndjson");
        run(new ExportCommand(), copy.toString());
        final List<Integer> numbers = numbers(Files.readString(copy));
        assertThat(numbers).hasSize(MANY);
        for (int i = 0; i < MANY; i++) {
            assertThat(numbers.get(i)).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldImportFromStandardInput() throws IOException {
        final CommandRun run =
                CommandRun.withInput(
                        "{\"type\":\"a\",\"id\":\"1\"}\n",
                        new ImportCommand(),
                        "--url",
                        url(server),
                        "-");
        assertThat(run.out()).contains("\"accepted\":1");
        assertThat(Files.exists(Path.of("-.imported"))).isFalse();
    }

    @Test
    void shouldTellWhatThereIs() throws IOException {
        publishTen();
        publish("{\"type\":\"other\",\"category\":\"job\"}");
        final JsonNode stats = json(run(new StatsCommand(), "--top", "2").out());
        assertThat(stats.path("total").asInt()).isEqualTo(11);
        assertThat(stats.path("head").asInt()).isEqualTo(11);
        assertThat(stats.path("types").toString())
                .isEqualTo(
                        "[{\"type\":\"t.even\",\"count\":5},{\"type\":\"t.odd\",\"count\":5},{\"type\":null,\"count\":1}]");
        assertThat(stats.path("categories").toString())
                .isEqualTo(
                        "[{\"category\":\"system\",\"count\":10},{\"category\":\"job\",\"count\":1}]");
        long counted = 0;
        for (final JsonNode count : stats.path("counts")) {
            counted += count.asLong();
        }
        assertThat(counted).isEqualTo(11);
        final CommandRun table = run(new StatsCommand(), "--pretty", "--type", "t.*");
        assertThat(table.out()).contains("events       10, seq 1 to 11").contains("t.even");
        assertThat(run(new StatsCommand(), "--top", "0").exitCode()).isEqualTo(2);
        final CommandRun years =
                run(new StatsCommand(), "--top", "50", "--since", "2001-01-01T00:00:00Z");
        assertThat(years.exitCode()).as(years.err()).isZero();
        assertThat(json(years.out()).path("total").asInt()).isEqualTo(11);
    }

    @Test
    void shouldAnswerStatsOfAnEmptyJournal() {
        final CommandRun stats = run(new StatsCommand());
        assertThat(stats.exitCode()).as(stats.err()).isZero();
        assertThat(json(stats.out()).path("total").asInt()).isZero();
        assertThat(run(new StatsCommand(), "--pretty").exitCode()).isZero();
        assertThat(run(new QueryCommand()).out()).isEmpty();
    }

    @Test
    void shouldMakeTheIndexAnewAndOnlyOfAJournalThatNobodyHas() throws IOException {
        publishTen();
        final Path journal = directory.resolve("journal");
        final CommandRun taken = CommandRun.of(new ReindexCommand(), journal.toString());
        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.err()).startsWith("weft reindex: ");
        server.close();
        final Path files = Files.createDirectories(journal.resolve("index"));
        final Path damaged =
                Files.writeString(files.resolve("00000000000000000001.segment"), "no segment");
        final CommandRun run = CommandRun.of(new ReindexCommand(), journal.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("indexed up to 10 of 10 in ");
        assertThat(damaged).doesNotExist();
        server = WeftServer.start(journal);
        assertThat(run(new QueryCommand(), "--type", "t.even", "--count").out()).isEqualTo("5\n");
        final CommandRun none =
                CommandRun.of(new ReindexCommand(), directory.resolve("none").toString());
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(directory.resolve("none")).doesNotExist();
    }

    /** A process of its own, as people start it. */
    private static List<String> command(final String... arguments) {
        final List<String> command = new ArrayList<>(ChildServer.java());
        command.add("dev.weft.server.WeftMain");
        command.addAll(List.of(arguments));
        return command;
    }
}
