package dev.weft.server.query.page;

import static dev.weft.server.query.QueryFixture.json;
import static dev.weft.server.query.QueryFixture.publish;
import static dev.weft.server.query.QueryFixture.refusal;
import static dev.weft.server.query.QueryFixture.sequences;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.RunningServer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Pages of history over HTTP. Events 1 to 60: type step.a or step.b in turns, every third one about
 * job/1, every sixth of category job and run r; the tests that publish more do it behind them.
 */
@Timeout(60)
class PageSystemTest {
    private static final int COUNT = 60;

    @RegisterExtension private static final RunningServer SERVER = new RunningServer();

    @BeforeAll
    static void publishSome() throws Exception {
        final List<String> events = new ArrayList<>();
        for (int i = 1; i <= COUNT; i++) {
            events.add(
                    "{\"type\":\"step."
                            + (i % 2 == 0 ? 'a' : 'b')
                            + '"'
                            + (i % 3 == 0 ? ",\"subject\":\"job/1\"" : "")
                            + (i % 6 == 0 ? ",\"category\":\"job\",\"run_id\":\"r\"" : "")
                            + ",\"message\":\"}],\\\\\\\"{\",\"source\":{\"kind\":\"cdp\",\"metadata\":{\"a\":\"}\"}}"
                            + ",\"data\":{\"n\":["
                            + i
                            + "]}}");
        }
        publish(SERVER.client(), events);
    }

    private static List<Long> down(final long from, final long to, final long step) {
        return LongStream.iterate(from, each -> each >= to, each -> each - step).boxed().toList();
    }

    private static List<Long> up(final long from, final long to, final long step) {
        return LongStream.iterate(from, each -> each <= to, each -> each + step).boxed().toList();
    }

    @Test
    void shouldAnswerTheNewestFirstWithTheTotal() throws Exception {
        final JsonNode page = json(SERVER.client(), "/events?before=61&limit=5");
        assertThat(sequences(page)).isEqualTo(down(60, 56, 1));
        assertThat(page.path("total").asLong()).isEqualTo(60);
        assertThat(page.path("limit").asLong()).isEqualTo(5);
        assertThat(page.path("offset").asLong()).isZero();
        assertThat(page.path("oldest").asLong()).isEqualTo(1);
        assertThat(page.path("head").asLong()).isGreaterThanOrEqualTo(60);
        assertThat(page.has("gaps")).isFalse();
        assertThat(page.path("events").get(0).toString())
                .isEqualTo(SERVER.client().get("/events/60").body());
    }

    @ParameterizedTest
    @CsvSource({
        "type=step.a, 30, 60, 2",
        "type=step.*, 60, 60, 1",
        "type=step.a&type=step.b, 60, 60, 1",
        "subject=job/1, 20, 60, 3",
        "subject=job/*, 20, 60, 3",
        "subject=job/1&type=step.a, 10, 60, 6",
        "category=job, 10, 60, 6",
        "run_id=r, 10, 60, 6",
        "run_id=r&type=step.b, 0, 0, 1",
        "run_id=other, 0, 0, 1",
    })
    void shouldFilter(final String filter, final int total, final long newest, final long step)
            throws Exception {
        final JsonNode page = json(SERVER.client(), "/events?before=61&limit=1000&" + filter);
        assertThat(page.path("total").asInt()).isEqualTo(total);
        assertThat(sequences(page)).isEqualTo(down(newest, 1, step).subList(0, total));
        assertThat(page.path("next_cursor").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "after=57&before=60, 58, 59",
        "after=0&before=3, 1, 2",
        "before=2, 1, 1",
        "after=58&before=61&limit=1000, 59, 60",
    })
    void shouldKeepToItsBounds(final String bounds, final long first, final long last)
            throws Exception {
        final JsonNode page = json(SERVER.client(), "/events?order=asc&" + bounds);
        assertThat(sequences(page)).isEqualTo(up(first, last, 1));
        assertThat(page.path("total").asLong()).isEqualTo(last - first + 1);
    }

    @Test
    void shouldTakeTheTimeOfAnEventAsABound() throws Exception {
        final long ts = json(SERVER.client(), "/events/30").path("event").path("ts").asLong();
        final String since = "/events?order=asc&limit=1&before=61&since=";
        assertThat(sequences(json(SERVER.client(), since + ts))).isEqualTo(List.of(31L));
        assertThat(sequences(json(SERVER.client(), since + (ts - 1)))).isEqualTo(List.of(30L));
        final JsonNode until = json(SERVER.client(), "/events?limit=1&until=" + ts);
        assertThat(sequences(until)).isEqualTo(List.of(30L));
        assertThat(until.path("total").asLong()).isEqualTo(30);
        final JsonNode both = json(SERVER.client(), "/events?since=" + ts + "&until=" + ts);
        assertThat(both.path("total").asLong()).isZero();
        assertThat(json(SERVER.client(), "/events?before=61&since=1h").path("total").asLong())
                .isEqualTo(60);
        assertThat(json(SERVER.client(), "/events?before=61&until=1h").path("total").asLong())
                .isZero();
        assertThat(
                        json(SERVER.client(), "/events?since=2999-01-01T00:00:00Z")
                                .path("total")
                                .asLong())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 60, 51",
        "55, 5, 1",
        "59, 1, 1",
        "60, 0, 1",
        "9223372036854775807, 0, 1",
    })
    void shouldPassOver(final long offset, final long first, final long last) throws Exception {
        final JsonNode page = json(SERVER.client(), "/events?before=61&limit=10&offset=" + offset);
        assertThat(sequences(page)).isEqualTo(down(first, last, 1));
        assertThat(page.path("offset").asLong()).isEqualTo(offset);
        assertThat(page.path("total").asLong()).isEqualTo(60);
        assertThat(page.path("next_cursor").isNull()).isEqualTo(offset > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"desc", "asc"})
    void shouldNeitherShiftNorRepeatWhileEventsArrive(final String order) throws Exception {
        final String query = "/events?type=step.a&since=1h&limit=7&order=" + order;
        final JsonNode all = json(SERVER.client(), query.replace("limit=7", "limit=1000"));
        final List<Long> seen = new ArrayList<>();
        JsonNode page = json(SERVER.client(), query);
        final long head = page.path("head").asLong();
        final long total = page.path("total").asLong();
        while (true) {
            seen.addAll(sequences(page));
            assertThat(page.path("head").asLong()).isEqualTo(head);
            assertThat(page.path("total").asLong()).isEqualTo(total);
            if (page.path("next_cursor").isNull()) {
                break;
            }
            publish(SERVER.client(), List.of("{\"type\":\"step.a\"}", "{\"type\":\"other\"}"));
            page = json(SERVER.client(), query + "&cursor=" + page.path("next_cursor").asString());
        }
        assertThat(seen).isEqualTo(sequences(all)).hasSize((int) total);
        assertThat(json(SERVER.client(), query).path("total").asLong()).isGreaterThan(total);
    }

    @Test
    void shouldBeginPagesBehindAnOffsetAndChangeTheirLength() throws Exception {
        final String query = "/events?subject=job/1&before=61";
        final JsonNode first = json(SERVER.client(), query + "&offset=3&limit=2&fields=type");
        assertThat(sequences(first)).isEqualTo(List.of(51L, 48L));
        final String cursor = "&cursor=" + first.path("next_cursor").asString();
        assertThat(sequences(json(SERVER.client(), query + cursor + "&limit=1000")))
                .isEqualTo(down(45, 3, 3));
    }

    @Test
    void shouldFindWhatWasJustAcknowledged() throws Exception {
        for (int i = 0; i < 200; i++) {
            final long sequence =
                    SERVER.client()
                            .post("{\"type\":\"own\",\"subject\":\"own/" + i + "\"}")
                            .number("seq");
            assertThat(sequences(json(SERVER.client(), "/events?subject=own/" + i)))
                    .isEqualTo(List.of(sequence));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seq | {\"seq\":6,\"event\":{}}",
                "type,category | {\"seq\":6,\"event\":{\"type\":\"step.a\",\"category\":\"job\"}}",
                "data | {\"seq\":6,\"event\":{\"data\":{\"n\":[6]}}}",
                "source,data | {\"seq\":6,\"event\":{\"source\":{\"kind\":\"cdp\",\"metadata\":{\"a\":\"}\"}},\"data\":{\"n\":[6]}}}",
                "message&fields=subject,seq | {\"seq\":6,\"event\":{\"subject\":\"job/1\",\"message\":\"}],\\\\\\\"{\"}}",
                "correlation_id,run_id | {\"seq\":6,\"event\":{\"run_id\":\"r\"}}",
                "id,ts,type,category,subject,correlation_id,causation_id,run_id,step_id,occurred_at,source,message,data | whole",
            })
    void shouldTrimEvents(final String fields, final String expected) throws Exception {
        final String body = SERVER.client().get("/events?limit=1&before=7&fields=" + fields).body();
        final String whole = SERVER.client().get("/events/6").body();
        assertThat(body)
                .startsWith("{\"events\":[" + (expected.equals("whole") ? whole : expected) + "],");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0 | limit: must be a whole number from 1 to 1000",
                "limit=1001 | limit: must be a whole number from 1 to 1000",
                "limit=-1 | limit: must be a whole number from 1 to 1000",
                "limit=x | limit: must be a whole number from 1 to 1000",
                "limit= | limit: must be a whole number from 1 to 1000",
                "limit=1&limit=2 | limit: stands in the query more than once",
                "offset=-1 | offset: must be a whole number from 0 to 9223372036854775807",
                "offset=9223372036854775808 | offset: must be a whole number from 0 to 9223372036854775807",
                "offset=1e3 | offset: must be a whole number from 0 to 9223372036854775807",
                "after=-1 | after: must be a whole number from 0 to 9223372036854775807",
                "after=99999999999999999999 | after: must be a whole number from 0 to 9223372036854775807",
                "before=0 | before: must be a whole number from 1 to 9223372036854775807",
                "before=x | before: must be a whole number from 1 to 9223372036854775807",
                "order=up | order: must be asc (oldest first) or desc (newest first)",
                "order= | order: must be asc (oldest first) or desc (newest first)",
                "fields= | fields: must be members of an event with commas between them: seq, id, ts, type, category, subject, correlation_id, causation_id, run_id, step_id, occurred_at, source, message, data",
                "fields=type,typ | fields: must be members of an event with commas between them: seq, id, ts, type, category, subject, correlation_id, causation_id, run_id, step_id, occurred_at, source, message, data",
                "subject=job | subject: must be kind/id, such as job/7f3a, or kind/*",
                "last=3 | last: unknown parameter; known are after, before, category, causation_id, correlation_id, cursor, fields, limit, offset, order, run_id, since, step_id, subject, type, until",
                "%00=1 | query: unknown parameter; known are after, before, category, causation_id, correlation_id, cursor, fields, limit, offset, order, run_id, since, step_id, subject, type, until",
            })
    void shouldNameWhatIsWrong(final String query, final String detail) throws Exception {
        assertThat(refusal(SERVER.client(), "/events?" + query)).isEqualTo(detail);
    }

    @Test
    void shouldRefuseCursorsThatItDidNotGiveForThis() throws Exception {
        final String query = "/events?type=step.a&limit=3";
        final String cursor = json(SERVER.client(), query).path("next_cursor").asString();
        assertThat(refusal(SERVER.client(), query + "&offset=1&cursor=" + cursor))
                .isEqualTo(
                        "offset: contradicts cursor, which says where the page begins; give one only");
        for (final String other :
                new String[] {
                    "/events?type=step.b&limit=3",
                    "/events?limit=3",
                    "/events?type=step.a&order=asc",
                    "/events?type=step.a&since=1h",
                    "/events?type=step.a&after=1",
                    "/events?type=step.a&before=50",
                    "/events?type=step.a&type=step.b"
                }) {
            assertThat(refusal(SERVER.client(), other + "&cursor=" + cursor))
                    .as(other)
                    .isEqualTo(
                            "cursor: is the one of another question; repeat order, filters and bounds of the first page");
        }
        final List<String> garbage =
                new ArrayList<>(
                        List.of(
                                "",
                                "x",
                                "null",
                                "*".repeat(62),
                                cursor + "A",
                                cursor.substring(1)));
        final byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        for (int i = 0; i < bytes.length; i++) {
            final byte[] flipped = bytes.clone();
            flipped[i] ^= 0x10;
            garbage.add(Base64.getUrlEncoder().withoutPadding().encodeToString(flipped));
        }
        final PageCursor real = PageCursor.decode(cursor);
        final long low = real.low();
        final long high = real.high();
        final long head = real.head();
        for (final PageCursor madeUp :
                new PageCursor[] {
                    new PageCursor(real.hash(), false, -1, high, head, real.position()),
                    new PageCursor(real.hash(), false, low, high, head, low),
                    new PageCursor(real.hash(), false, low, high, head, high + 1),
                    new PageCursor(real.hash(), false, low, head + 1, head, real.position())
                }) {
            garbage.add(madeUp.encode());
        }
        for (final String text : garbage) {
            assertThat(refusal(SERVER.client(), query + "&cursor=" + text))
                    .as(text)
                    .isEqualTo(
                            "cursor: must be the next_cursor of a page, as it was, or be left out");
        }
        assertThat(SERVER.client().get(query + "&cursor=" + cursor).status()).isEqualTo(200);
    }
}
