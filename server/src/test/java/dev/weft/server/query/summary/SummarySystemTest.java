package dev.weft.server.query.summary;

import static dev.weft.server.query.QueryFixture.json;
import static dev.weft.server.query.QueryFixture.publish;
import static dev.weft.server.query.QueryFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.RunningServer;
import dev.weft.server.WeftServer;
import dev.weft.server.harness.HttpClient;
import dev.weft.server.index.TooManyTermsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Counts by time, types and subjects, over HTTP. */
@Timeout(60)
class SummarySystemTest {
    private static final int COUNT = 300;
    private static final String KNOWN =
            "unknown parameter; known are after, before, bucket, by, category, causation_id, correlation_id, run_id, since, step_id,"
                    + " subject, top, type, until";

    @RegisterExtension private static final RunningServer SERVER = new RunningServer();

    @BeforeAll
    static void publishSome() throws Exception {
        final List<String> events = new ArrayList<>();
        for (int i = 1; i <= COUNT; i++) {
            final String type = i % 10 == 0 ? "rare" : i % 3 == 0 ? "often" : "most";
            events.add(
                    "{\"type\":\""
                            + type
                            + '"'
                            + (i % 2 == 0 ? "" : ",\"subject\":\"job/" + i % 30 + '"')
                            + (i % 100 == 0 ? ",\"category\":\"agent\"" : "")
                            + '}');
        }
        publish(SERVER.client(), events);
    }

    private static long total(final JsonNode series) {
        long total = 0;
        for (final JsonNode count : series.path("counts")) {
            total += count.asLong();
        }
        assertThat(series.path("total").asLong()).isEqualTo(total);
        return total;
    }

    @Test
    void shouldCountOverTime() throws Exception {
        final long firstUs = json(SERVER.client(), "/events/1").path("event").path("ts").asLong();
        final JsonNode answer = json(SERVER.client(), "/events/histogram");
        assertThat(answer.path("total").asLong()).isEqualTo(COUNT);
        assertThat(answer.path("by").isNull()).isTrue();
        assertThat(answer.path("bucket_us").asLong()).isEqualTo(1_000_000);
        assertThat(answer.path("from").asLong()).isEqualTo(firstUs / 1_000_000 * 1_000_000);
        assertThat(answer.path("series")).hasSize(1);
        final JsonNode series = answer.path("series").get(0);
        assertThat(series.path("value").isNull()).isTrue();
        assertThat(series.path("counts")).hasSize(answer.path("buckets").asInt());
        assertThat(total(series)).isEqualTo(COUNT);
        assertThat(series.path("counts").get(0).asLong()).isPositive();
        assertThat(answer.path("head").asLong()).isEqualTo(COUNT);
        assertThat(answer.path("oldest").asLong()).isEqualTo(1);

        final JsonNode hour =
                json(SERVER.client(), "/events/histogram?since=1h&bucket=1m&type=rare");
        assertThat(hour.path("buckets").asInt()).isEqualTo(61);
        assertThat(hour.path("total").asLong()).isEqualTo(COUNT / 10);
        assertThat(hour.path("from").asLong() % 60_000_000).isZero();
        final JsonNode none = json(SERVER.client(), "/events/histogram?since=2h&until=1h");
        assertThat(none.path("total").asLong()).isZero();
        assertThat(none.path("bucket_us").asLong()).isEqualTo(60_000_000);
        assertThat(
                        json(SERVER.client(), "/events/histogram?after=100&before=201&bucket=1d")
                                .path("total")
                                .asLong())
                .isEqualTo(100);
    }

    @Test
    void shouldCountApartTheMostFrequent() throws Exception {
        final JsonNode types = json(SERVER.client(), "/events/histogram?by=type&bucket=1h");
        final List<String> found = new ArrayList<>();
        types.path("series")
                .forEach(each -> found.add(each.path("value").asString() + '=' + total(each)));
        assertThat(found).containsExactly("most=180", "often=90", "rare=30");
        assertThat(types.path("by").asString()).isEqualTo("type");

        final JsonNode top = json(SERVER.client(), "/events/histogram?by=type&bucket=1h&top=1");
        assertThat(top.path("series")).hasSize(2);
        assertThat(top.path("series").get(0).path("value").asString()).isEqualTo("most");
        assertThat(top.path("series").get(1).path("value").isNull()).isTrue();
        assertThat(total(top.path("series").get(1))).isEqualTo(120);
        assertThat(top.path("total").asLong()).isEqualTo(COUNT);

        final JsonNode subjects =
                json(SERVER.client(), "/events/histogram?by=subject&bucket=1d&top=3");
        assertThat(subjects.path("series")).hasSize(4);
        assertThat(total(subjects.path("series").get(0))).isEqualTo(10);
        assertThat(total(subjects.path("series").get(3)))
                .as("the others, and those without")
                .isEqualTo(270);
        assertThat(json(SERVER.client(), "/events/histogram?by=category").path("series"))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bucket=0s | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket=500ms | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket=1500ms | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket=2d | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket=1d1s | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket=60 | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "bucket= | bucket: must be a duration of whole seconds from 1s to 1d, such as 5m",
                "by=run_id | by: must be type, category or subject",
                "top=3 | top: only with by, which says what is counted apart",
                "by=type&top=0 | top: must be a whole number from 1 to 50",
                "by=type&top=51 | top: must be a whole number from 1 to 50",
                "since=x | since: must be a time with its offset, such as 2026-01-31T12:00:00Z or 2026-01-31T13:00:00.5+01:00 (ISO 8601), or microseconds since 1970 in 16 digits, or a duration before now such as 5m or 2h30m",
            })
    void shouldNameWhatIsWrongWithAHistogram(final String query, final String detail)
            throws Exception {
        assertThat(refusal(SERVER.client(), "/events/histogram?" + query)).isEqualTo(detail);
    }

    @Test
    void shouldRefuseToCountTooManyTextsApartAndCountThemTogether(@TempDir final Path other)
            throws Exception {
        final int subjects = TooManyTermsException.TERMS_MAX + 1;
        try (WeftServer crowded = WeftServer.start(other);
                HttpClient many = crowded.connect()) {
            final List<String> events = new ArrayList<>();
            for (int i = 0; i < subjects; i++) {
                events.add("{\"type\":\"t\",\"subject\":\"job/" + i + "\"}");
            }
            publish(many, events);
            assertThat(refusal(many, "/events/histogram?by=subject"))
                    .isEqualTo(
                            "by: more than 65536 different ones have events here, which are not counted"
                                    + " apart: take a shorter time or more filters; /subjects and"
                                    + " /events/types count each of them");
            assertThat(json(many, "/events/histogram?by=type").path("total").asInt())
                    .isEqualTo(subjects);
            assertThat(json(many, "/events/histogram").path("total").asInt()).isEqualTo(subjects);
            assertThat(
                            json(many, "/events/histogram?by=subject&subject=job/7")
                                    .path("total")
                                    .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseMoreBucketsThanItCounts() throws Exception {
        assertThat(
                        json(SERVER.client(), "/events/histogram?since=1494s&bucket=1s")
                                .path("buckets")
                                .asInt())
                .isEqualTo(1_495);
        assertThat(refusal(SERVER.client(), "/events/histogram?since=1501s&bucket=1s"))
                .isEqualTo(
                        "bucket: from since to until there are 1502 of them; at most 1500 are counted: take longer ones or a shorter time");
        assertThat(
                        refusal(
                                SERVER.client(),
                                "/events/histogram?since=500s&bucket=1s&by=type&top=50"))
                .contains("at most 392 are counted");
        assertThat(
                        refusal(
                                SERVER.client(),
                                "/events/histogram?since=1970-01-01T00:00:00Z&bucket=1d"))
                .startsWith("bucket: ");
        assertThat(
                        json(SERVER.client(), "/events/histogram?since=1970-01-01T00:00:00Z")
                                .path("total")
                                .asInt())
                .isEqualTo(COUNT);
        assertThat(refusal(SERVER.client(), "/events/histogram?limit=3"))
                .isEqualTo("limit: " + KNOWN);
    }

    @Test
    void shouldListTypes() throws Exception {
        final JsonNode all = json(SERVER.client(), "/events/types");
        assertThat(all.toString())
                .isEqualTo(
                        "{\"types\":["
                                + "{\"type\":\"most\",\"count\":180,\"first_seq\":1,\"last_seq\":299},"
                                + "{\"type\":\"often\",\"count\":90,\"first_seq\":3,\"last_seq\":297},"
                                + "{\"type\":\"rare\",\"count\":30,\"first_seq\":10,\"last_seq\":300}],"
                                + "\"limit\":100,\"head\":300,\"oldest\":1,\"next_after\":null}");
        final JsonNode page = json(SERVER.client(), "/events/types?limit=2");
        assertThat(page.path("types")).hasSize(2);
        assertThat(page.path("next_after").asString()).isEqualTo("often");
        final JsonNode next = json(SERVER.client(), "/events/types?limit=2&after=often");
        assertThat(next.path("types")).hasSize(1);
        assertThat(next.path("next_after").isNull()).isTrue();
        assertThat(json(SERVER.client(), "/events/types?prefix=o").path("types")).hasSize(1);
        assertThat(json(SERVER.client(), "/events/types?prefix=zzz").path("types")).isEmpty();
        assertThat(refusal(SERVER.client(), "/events/types?prefix=%20")).startsWith("prefix: ");
        assertThat(refusal(SERVER.client(), "/events/types?limit=1001")).startsWith("limit: ");
        assertThat(refusal(SERVER.client(), "/events/types?kind=x"))
                .startsWith("kind: unknown parameter");
    }

    @Test
    void shouldPageThroughSubjects() throws Exception {
        final Map<String, JsonNode> found = new TreeMap<>();
        String after = "";
        int pages = 0;
        do {
            final JsonNode page = json(SERVER.client(), "/subjects?kind=job&limit=4" + after);
            page.path("subjects").forEach(each -> found.put(each.path("subject").asString(), each));
            after = "&after=" + page.path("next_after").asString();
            pages++;
            if (page.path("next_after").isNull()) {
                break;
            }
        } while (true);
        assertThat(pages).isEqualTo(4);
        assertThat(found).hasSize(15);
        final JsonNode nine = Objects.requireNonNull(found.get("job/9"));
        final JsonNode newest =
                json(SERVER.client(), "/events?subject=job/9&limit=1").path("events").get(0);
        assertThat(nine.toString())
                .isEqualTo(
                        "{\"subject\":\"job/9\",\"count\":10,\"first_seq\":9,\"last_seq\":279,\"last_type\":\"often\",\"last_ts\":"
                                + newest.path("event").path("ts").asLong()
                                + '}');
        assertThat(json(SERVER.client(), "/subjects").path("subjects")).hasSize(15);
        assertThat(json(SERVER.client(), "/subjects?kind=nothing").path("subjects")).isEmpty();
        for (final String wrong :
                new String[] {
                    "kind=Job", "kind=", "kind=job/1", "after=job", "limit=0", "typo=1"
                }) {
            assertThat(refusal(SERVER.client(), "/subjects?" + wrong))
                    .startsWith(wrong.substring(0, wrong.indexOf('=')) + ": ");
        }
    }
}
