package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class WeftMainTest {
    private static String told(final String... arguments) {
        final StringWriter out = new StringWriter();
        final CommandLine program = WeftMain.program(arguments);
        program.setOut(new PrintWriter(out));
        assertThat(program.execute(arguments)).isZero();
        return out.toString();
    }

    static Set<String> commands() {
        return WeftMain.program().getSubcommands().keySet();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldTellTheVersionWhicheverCommandIsAsked(final String command) {
        assertThat(told(command, "-V")).isEqualTo(told("-V")).startsWith("weft ");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldSayInOneSentenceWhatACommandDoes(final String command) {
        assertThat(WeftMain.program().getSubcommands().get(command))
                .extracting(each -> each.getCommandSpec().usageMessage().description()[0])
                .asString()
                .endsWith(".")
                .doesNotContain(". ");
    }

    @Test
    void shouldTellTheExitCodesInTheirOrder() {
        assertThat(told("serve", "--help"))
                .containsSubsequence("Exit codes:", "\n  0   ", "\n  1   ", "\n  2   ");
    }
}
