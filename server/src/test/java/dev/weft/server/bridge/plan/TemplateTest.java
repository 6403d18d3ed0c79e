package dev.weft.server.bridge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    @Test
    void shouldFillItsPlaces() {
        final Template template = Template.parse("job/{1}-{data.a.b}", Template.Use.CHANNEL, 1);
        assertThat(template.fill(Map.of("1", "7f", "data.a.b", "x")::get)).isEqualTo("job/7f-x");
        assertThat(template.isConstant()).isFalse();
    }

    @Test
    void shouldBeNothingWhenAPlaceStaysEmpty() {
        final Template template = Template.parse("{name}.{data.state}", Template.Use.STREAM, 0);
        final Map<String, String> values = Map.of("name", "orders", "data.state", "");
        assertThat(template.fill(values::get)).isNull();
        assertThat(template.missing(values::get)).isEqualTo("{data.state}");
    }

    @ParameterizedTest
    @CsvSource({
        "job/{2}, CHANNEL, 'names {2}, but not every pattern has so many wildcards'",
        "job/{1}, STREAM, 'names {1}; known are {name}, {data.member} for streams'",
        "job/{, CHANNEL, has a brace that is not closed",
        "job/}, CHANNEL, has a brace that was not opened",
        "{data}, STREAM, 'names {data}; known are {name}, {data.member} for streams'",
        "weft.{name}, EVENT, 'names {name}; known are {type}, {category} and {subject}'"
    })
    void shouldRefuseWhatItDoesNotKnow(
            final String text, final Template.Use use, final String problem) {
        assertThatThrownBy(() -> Template.parse(text, use, 1)).hasMessage(problem);
    }
}
