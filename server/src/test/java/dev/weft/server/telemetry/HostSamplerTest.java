package dev.weft.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HostSamplerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void shouldReadThisHost() {
        final HostSampler sampler = new HostSampler();
        sampler.sample(sample -> {}); // rates need two looks
        final Map<String, JsonNode> samples = new HashMap<>();
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            sampler.sample(
                                    sample ->
                                            samples.put(
                                                    sample.type(), JSON.readTree(sample.data())));
                            return samples.containsKey("host.cpu");
                        });

        assertThat(sampler.hostName()).matches("[A-Za-z0-9._:@-]{1,200}");
        assertThat(samples)
                .containsKeys("host.cpu", "host.load", "host.memory", "host.disk", "host.network");
        assertThat(data(samples, "host.cpu").path("cores").size())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(data(samples, "host.cpu").path("busy").asDouble()).isBetween(0.0, 1.0);
        final JsonNode memory = data(samples, "host.memory");
        assertThat(memory.path("available").asLong()).isBetween(1L, memory.path("total").asLong());
        assertThat(data(samples, "host.disk").path("file_systems").get(0).path("total").asLong())
                .isPositive();
        assertThat(data(samples, "host.network").path("interfaces").size()).isPositive();
        assertThat(data(samples, "host.load").path("1m").asDouble()).isGreaterThanOrEqualTo(0);
    }

    private static JsonNode data(final Map<String, JsonNode> samples, final String type) {
        return Objects.requireNonNull(samples.get(type), type);
    }

    @ParameterizedTest
    @CsvSource({"web-1.example.org,web-1.example.org", "my host/ö,my-host--", "'',localhost"})
    void shouldMakeANameThatMayStandInASubject(final String name, final String expected) {
        assertThat(HostSampler.subjectId(name)).isEqualTo(expected);
    }
}
