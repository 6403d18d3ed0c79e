package dev.weft.server.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelPatternTest {
    @ParameterizedTest
    @CsvSource({
        "jobs.*.state, jobs.7f.3a.state, 7f.3a",
        "news.?, news.a, a",
        "h[ae]llo, hallo, a",
        "h[^e]llo, hallo, a",
        "h[a-c]llo, hbllo, b",
        "a\\*b*, a*bc, c",
        "[.)(]x, )x, )"
    })
    void shouldTellWhatItsWildcardsStandFor(
            final String pattern, final String channel, final String capture) {
        assertThat(ChannelPattern.parse(pattern).captures(channel)).containsExactly(capture);
    }

    @ParameterizedTest
    @CsvSource({"jobs.*, job.1", "news.?, news.ab", "h[^e]llo, hello", "a\\*, ab"})
    void shouldNotMatchOthers(final String pattern, final String channel) {
        assertThat(ChannelPattern.parse(pattern).captures(channel)).isNull();
    }

    @Test
    void shouldRefuseABracketThatIsNotClosed() {
        assertThatThrownBy(() -> ChannelPattern.parse("h[allo"))
                .hasMessage("has a bracket that is not closed");
    }

    @ParameterizedTest
    @CsvSource({
        "*, weft.{type}, true",
        "weft.*, weft.{type}, true",
        "*.done, weft.{type}, true",
        "jobs.*, weft.{type}, false",
        "weft, weft, true",
        "weft?, weft, false",
        "jobs.?, '{type}', true"
    })
    void shouldKnowWhichTemplatesMayBecomeAChannelOfIt(
            final String pattern, final String template, final boolean expected) {
        assertThat(
                        Template.parse(template, Template.Use.EVENT, 0)
                                .mayMatch(ChannelPattern.parse(pattern)))
                .isEqualTo(expected);
    }

    @Test
    void shouldCountItsWildcards() {
        assertThat(ChannelPattern.parse("a*[bc]?").captureCount()).isEqualTo(3);
        assertThat(ChannelPattern.parse("abc").captures("abc")).isEqualTo(List.of());
    }
}
