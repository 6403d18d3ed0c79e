package dev.weft.server.query;

import static dev.weft.server.query.QueryFixture.json;
import static dev.weft.server.query.QueryFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.protocol.TimeText;
import dev.weft.server.RunningServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code since} may be written, over HTTP, on every route that takes it. */
@Timeout(60)
class SinceSystemTest {
    private static final List<String> ROUTES =
            List.of("/events?since=", "/events?until=", "/events/histogram?since=");

    @RegisterExtension private static final RunningServer SERVER = new RunningServer();

    /** The time between two events, in every form, names the second one. */
    @Test
    void shouldTakeEveryForm() throws Exception {
        SERVER.client().post("{\"type\":\"first\"}");
        final long firstUs =
                json(SERVER.client(), "/events?limit=1")
                        .path("events")
                        .get(0)
                        .path("event")
                        .path("ts")
                        .asLong();
        // The forms without a fraction need a whole second between the two.
        final long wholeUs = (firstUs / 1_000_000 + 1) * 1_000_000;
        await().until(() -> System.currentTimeMillis() > wholeUs / 1_000 + 10);
        final long second = SERVER.client().post("{\"type\":\"second\"}").number("seq");
        final OffsetDateTime time =
                Instant.ofEpochSecond(wholeUs / 1_000_000).atOffset(ZoneOffset.UTC);
        for (final String pattern :
                new String[] {
                    "yyyy-MM-dd'T'HH:mm:ss'Z'",
                    "yyyy-MM-dd't'HH:mm:ss'z'",
                    "yyyy-MM-dd'T'HH:mm:ss.S'Z'",
                    "yyyy-MM-dd'T'HH:mm:ss,SSS'Z'",
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'",
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'",
                    "yyyy-MM-dd'T'HH:mm:ssxxx",
                    "yyyy-MM-dd'T'HH:mm:ssxx",
                    "yyyy-MM-dd'T'HH:mm:ssx",
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx",
                    "yyyy-MM-dd HH:mm:ssxxx",
                    "yyyy-MM-dd HH:mm:ss.SSSSSSxxx",
                    "yyyyMMdd'T'HHmmss'Z'",
                    "yyyyMMdd'T'HHmmssxx",
                }) {
            for (final ZoneOffset zone :
                    new ZoneOffset[] {
                        ZoneOffset.UTC, ZoneOffset.ofHours(5), ZoneOffset.ofHours(-11)
                    }) {
                if (!zone.equals(ZoneOffset.UTC) && !pattern.endsWith("x")) {
                    continue;
                }
                final String text =
                        time.withOffsetSameInstant(zone)
                                .format(DateTimeFormatter.ofPattern(pattern, Locale.ROOT));
                assertFindsTheSecond(URLEncoder.encode(text, StandardCharsets.UTF_8), second);
                assertFindsTheSecond(text.replace(" ", "%20"), second); // the plus as it is
            }
        }
        assertFindsTheSecond(Long.toString(wholeUs), second);
    }

    private static void assertFindsTheSecond(final String since, final long second)
            throws Exception {
        assertThat(
                        json(SERVER.client(), "/events?order=asc&since=" + since)
                                .path("events")
                                .get(0)
                                .path("seq")
                                .asLong())
                .as(since)
                .isEqualTo(second);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "now",
                "yesterday",
                "null",
                "2026",
                "2026-01",
                "2026-01-31",
                "2026-01-31T",
                "2026-01-31T12",
                "2026-01-31T12:00",
                "2026-01-31T12:00:00",
                "2026-01-31T12:00:00.123456",
                "2026-01-31 12:00:00",
                "2026-01-31Z",
                "2026-01-31T12Z",
                "2026-01-31T12:00:00.Z",
                "2026-01-31T12:00:00.1234567890Z",
                "2026-01-31T12:00:60Z",
                "2026-01-31T12:60:00Z",
                "2026-01-31T24:00:00Z",
                "2026-01-31T25:00:00Z",
                "2026-01-32T12:00:00Z",
                "2026-02-29T12:00:00Z",
                "2026-02-30T12:00:00Z",
                "2026-13-01T12:00:00Z",
                "2026-00-01T12:00:00Z",
                "2026-01-00T12:00:00Z",
                "26-01-31T12:00:00Z",
                "02026-01-31T12:00:00Z",
                "+2026-01-31T12:00:00Z",
                "-2026-01-31T12:00:00Z",
                "2026-1-31T12:00:00Z",
                "2026-01-31T1:00:00Z",
                "2026/01/31T12:00:00Z",
                "2026-01-31T12.00.00Z",
                "2026-01-31T12:00:00ZZ",
                "2026-01-31T12:00:00Z ",
                " 2026-01-31T12:00:00Z",
                "2026-01-31T12:00:00UTC",
                "2026-01-31T12:00:00+1",
                "2026-01-31T12:00:00+1:00",
                "2026-01-31T12:00:00+19:00",
                "2026-01-31T12:00:00+01:60",
                "2026-01-31T12:00:00+01:00:00",
                "2026-01-31T12:00:00 +01:00",
                "2026-W05-6T12:00:00Z",
                "2026-031T12:00:00Z",
                "20260131T12:00:00Z",
                "20260131 120000Z",
                "20260131120000Z",
                "Sat, 31 Jan 2026 12:00:00 GMT",
                "1769860800",
                "1769860800000",
                "-1769860800000000",
                "17698608000000001",
                "1769860800.5",
                "0",
                "-5m",
                "5m3h",
                "5 m",
                "5M",
                "1w",
                "2026-01-31T12:00:00Z;DROP",
                "\u0662026-01-31T12:00:00Z",
                "2026-01-31T12:00:00Z\u0000",
                "P1D",
                "2026-01-31T12:00:00Z/2026-02-01T12:00:00Z",
            })
    void shouldRefuseWhatIsNoTime(final String text) throws Exception {
        for (final String route : ROUTES) {
            final String name = route.substring(route.indexOf('?') + 1, route.length() - 1);
            assertThat(
                            refusal(
                                    SERVER.client(),
                                    route + URLEncoder.encode(text, StandardCharsets.UTF_8)))
                    .as(route + text)
                    .isEqualTo(name + ": " + TimeText.RULE_OR_DURATION);
        }
    }
}
