package dev.weft.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {
    @Test
    void shouldPartWordsAsAShellWould() {
        assertThat(CommandWords.of("python3 -u 'my agent.py' \"a;b\\\"c\"  x\\ y ''; \t$HOME "))
                .containsExactly("python3", "-u", "my agent.py", "a;b\"c", "x y", ";", "$HOME");
        assertThat(CommandWords.of("a ''")).containsExactly("a", "");
        assertThat(CommandWords.of(" ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'x", "a \"x'", "x\\", "\"x\\\""})
    void shouldSayThatALineEndsTooEarly(final String line) {
        assertThatThrownBy(() -> CommandWords.of(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ends within");
    }
}
