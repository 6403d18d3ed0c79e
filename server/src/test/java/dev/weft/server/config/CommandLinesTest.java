package dev.weft.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLinesTest {
    @Test
    void shouldReadCommandsAsAShellWouldPartThem() {
        assertThat(
                        CommandLines.parse(
                                "echo=python3 -u 'my agent.py' \"a;b\\\"c\" x\\ y ''; b=./b;;\n"))
                .containsExactly(
                        entry("echo", List.of("python3", "-u", "my agent.py", "a;b\"c", "x y", "")),
                        entry("b", List.of("./b")));
        assertThat(CommandLines.parse("")).isEmpty();
        assertThat(CommandLines.parse(" ; ")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "python3 agent.py|no name",
                "Agent=python3|no name",
                "worker=python3|not worker",
                "a= python3|no program",
                "a=x; a=y|twice",
                "a='x|ends within",
                "a=x\\|ends within"
            })
    void shouldSayWhatIsWrong(final String text, final String why) {
        assertThatThrownBy(() -> CommandLines.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
