package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.ChildServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code weft run} by the launcher, for users whose locale is not UTF-8. */
@Timeout(120)
class RunLocaleSystemTest {
    private static final String SHOW =
            "sh -c 'printf \"%s|\" \"$LC_ALL\" \"${WEFT_LC_ALL-none}\" \"$@\"' sh";

    @TempDir private Path base;

    /** What a command prints that the launcher's own way of starting the JVM runs. */
    private byte[] launch(final String arguments, final Map<String, String> environment)
            throws IOException, InterruptedException {
        final Path out = base.resolve("out");
        final ProcessBuilder shell =
                new ProcessBuilder(
                        "bash",
                        "-c",
                        ". \"$WEFT_HOME/scripts/lib/toolchain.sh\";"
                                + " . \"$WEFT_HOME/scripts/lib/server.sh\"; WEFT_JAR=$CLASSES;"
                                + " class_archive() { :; }; server_command; exec \"${COMMAND[@]}\""
                                + " run --job x --quiet --retry-for 0 --unix-socket \"$BASE/none\""
                                + " --spool \"$BASE/spool\" "
                                + arguments);
        final Map<String, String> all = shell.environment();
        all.keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        all.put("JAVA_HOME", System.getProperty("java.home"));
        all.put("WEFT_JDK", String.valueOf(Runtime.version().feature()));
        all.put("WEFT_HOME", ChildServer.root().toString());
        all.put("CLASSES", System.getProperty("java.class.path"));
        all.put("BASE", base.toString());
        all.putAll(environment);
        final Process process =
                shell.redirectOutput(out.toFile())
                        .redirectError(base.resolve("err").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(base.resolve("err"), ISO_8859_1))
                .isEqualTo(0);
        return Files.readAllBytes(out);
    }

    @Test
    void shouldPassWordsOnAsTheyAreAndTheLocaleOfTheUserWithThem() throws Exception {
        final String text = "\"$(printf 'gr\\303\\274n \\360\\237\\230\\200?')\"";
        for (final String locale : List.of("C", "POSIX", "C.UTF-8")) {
            assertThat(new String(launch(SHOW + " " + text, Map.of("LC_ALL", locale)), UTF_8))
                    .isEqualTo(locale + "|none|gr\u00fcn \ud83d\ude00?|");
        }
        assertThat(new String(launch(SHOW + " " + text, Map.of("LANG", "C")), UTF_8))
                .isEqualTo("|none|gr\u00fcn \ud83d\ude00?|");
    }

    @Test
    void shouldPassWordsOnThatAreNoText() throws Exception {
        final String words =
                " a '' \"$(printf 'caf\\351 %%s \\\\ \\047\\n_')\" \"$(printf '\\377')\" '$x?' b c d e f g h";
        for (final String locale : List.of("C", "C.UTF-8")) {
            assertThat(new String(launch(SHOW + words, Map.of("LC_ALL", locale)), ISO_8859_1))
                    .isEqualTo(locale + "|none|a||caf\u00e9 %s \\ '\n_|\u00ff|$x?|b|c|d|e|f|g|h|");
        }
    }
}
