package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RawWordsTest {
    private static List<String> exact(final String commandLine, final String... words) {
        return RawWords.exact(List.of(words), commandLine.replace('|', '\0').getBytes(ISO_8859_1));
    }

    @Test
    void shouldLeaveWordsAloneThatAreWhatWasGiven() {
        assertThat(exact("java|run|echo|a?|\u00c3\u00bc|", "echo", "a?", "\u00fc"))
                .containsExactly("echo", "a?", "\u00fc");
        assertThat(exact("java|", "echo", "a?"))
                .as("of another line")
                .containsExactly("echo", "a?");
        assertThat(exact("java|x|a\u00ff|", "echo", "a?")).containsExactly("echo", "a?");
    }

    @Test
    void shouldHaveAShellPutTogetherWhatWasLost() {
        final List<String> shell = exact("java|run|sh|a|b\u00fc\n|", "sh", "a", "b\ufffd\n");
        assertThat(shell.subList(0, 2)).containsExactly("sh", "-c");
        assertThat(shell.get(2)).endsWith("exec \"$0\" \"${1}\" \"${a2%_}\"");
        assertThat(shell.get(2)).contains("\\142\\374\\012_");
        assertThat(shell.get(3)).endsWith("/sh");
        assertThat(shell.subList(4, 6)).containsExactly("a", "");
        assertThat(exact("run|sh|\u00c3\u00bc|", "sh", "??")).startsWith("sh", "-c");
    }

    @Test
    void shouldRefuseAProgramWhoseNameIsLost() {
        assertThatThrownBy(() -> exact("java|run|caf\u00e9|a|", "caf\ufffd", "a"))
                .hasMessageContaining("the name of the program cannot be read");
    }
}
