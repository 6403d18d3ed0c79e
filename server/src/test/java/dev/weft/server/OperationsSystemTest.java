package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What surrounds the events: keys, health, metrics, the API document and its pages, on a real
 * server.
 */
@Timeout(60)
class OperationsSystemTest {
    private static final String KEY = "0123456789abcdef-key";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static WeftServer open;
    private static WeftServer guarded;

    @BeforeAll
    static void start(@TempDir final Path directory) throws IOException {
        final Path keys =
                Files.writeString(directory.resolve("keys"), "another-0123456789\n" + KEY + "\n");
        open = WeftServer.start(directory.resolve("open"));
        guarded =
                WeftServer.start(
                        directory.resolve("guarded"), Map.of("api-keys-file", keys.toString()));
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
    }

    private static HttpResponse<String> ask(
            final WeftServer server,
            final String method,
            final String path,
            final String... headers)
            throws IOException, InterruptedException {
        final HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                        .method(
                                method,
                                method.equals("POST")
                                        ? HttpRequest.BodyPublishers.ofString("{\"type\":\"a\"}")
                                        : HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(final String path, final String... headers)
            throws IOException, InterruptedException {
        return ask(open, "GET", path, headers);
    }

    @Test
    void shouldAskForAKeyOnEveryRouteButHealth() throws Exception {
        int checked = 0;
        for (final var route : guarded.weft().routes()) {
            final String path = route.pattern().replaceAll("\\{[A-Za-z_]+}", "1");
            final String method = route.method().name();
            if (route.pattern().startsWith("/health")) {
                assertThat(ask(guarded, method, path).statusCode()).isEqualTo(200);
                continue;
            }
            checked++;
            assertRefused("Missing API key", ask(guarded, method, path));
            assertRefused(
                    "Missing API key", ask(guarded, method, path, "Authorization", "Basic " + KEY));
            assertRefused("Invalid API key", ask(guarded, method, path, "X-API-Key", KEY + "x"));
            assertRefused(
                    "Invalid API key", ask(guarded, method, path, "X-API-Key", KEY.substring(1)));
            assertRefused("Invalid API key", ask(guarded, method, path, "X-API-Key", ""));
            assertRefused(
                    "Invalid API key", ask(guarded, method, path, "Authorization", "Bearer wrong"));
            assertRefused(
                    "Invalid API key",
                    ask(
                            guarded,
                            method,
                            path,
                            "X-API-Key",
                            KEY,
                            "Authorization",
                            "Bearer another-0123456789"));
        }
        assertThat(checked).isGreaterThan(12);
        assertRefused("Missing API key", ask(guarded, "GET", "/nothing"));
        assertThat(ask(guarded, "POST", "/events", "X-API-Key", KEY).statusCode()).isEqualTo(200);
        assertThat(ask(guarded, "POST", "/events", "Authorization", "Bearer " + KEY).statusCode())
                .isEqualTo(200);
        assertThat(
                        ask(
                                        guarded,
                                        "GET",
                                        "/metrics",
                                        "Authorization",
                                        "bearer another-0123456789")
                                .statusCode())
                .isEqualTo(200);
    }

    private static void assertRefused(final String detail, final HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.uri().toString()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("{\"detail\":\"" + detail + "\"}");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    }

    @Test
    void shouldTellItsHealth() throws Exception {
        ask(open, "POST", "/events");
        final HttpResponse<String> answer = get("/health");
        final JsonNode health = JsonMapper.shared().readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(health.path("status").asString()).isEqualTo("ok");
        assertThat(health.path("writable").asBoolean()).isTrue();
        assertThat(health.has("recovery")).as("a new directory").isFalse();
        assertThat(health.path("head").asLong()).isPositive();
        assertThat(health.path("oldest").asLong()).isEqualTo(1);
        assertThat(health.path("free_bytes").asLong()).isPositive();
        assertThat(health.propertyNames())
                .contains(
                        "version",
                        "uptime_seconds",
                        "durable",
                        "subscribers",
                        "threading",
                        "transport",
                        "durability");
    }

    @Test
    void shouldCountWhatHappens() throws Exception {
        final double before = metric("weft_publishes_total");
        ask(open, "POST", "/events");
        ask(open, "POST", "/events");
        ask(open, "GET", "/nothing");
        assertThat(metric("weft_publishes_total")).isEqualTo(before + 2);
        assertThat(metric("weft_events_total")).isGreaterThanOrEqualTo(before + 2);
        assertThat(metric("weft_http_refusals_total{reason=\"not_found\"}")).isPositive();
        assertThat(metric("weft_append_latency_seconds_count")).isGreaterThanOrEqualTo(before + 2);
        assertThat(metric("weft_append_latency_seconds_bucket{le=\"+Inf\"}"))
                .isEqualTo(metric("weft_append_latency_seconds_count"));
        assertThat(metric("weft_subscribers{state=\"live\"}")).isZero();
        final String page = get("/metrics").body();
        assertThat(page)
                .contains(
                        "weft_delivery_latency_seconds_bucket",
                        "weft_lag ",
                        "weft_deliveries_total",
                        "weft_queue{")
                .contains(
                        "weft_publish_bytes_total",
                        "weft_free_bytes",
                        "jvm_memory_used_bytes",
                        "jvm_threads_live_threads");
    }

    private static double metric(final String name) throws Exception {
        final Matcher line =
                Pattern.compile("^" + Pattern.quote(name) + " (.*)$", Pattern.MULTILINE)
                        .matcher(get("/metrics").body());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    @Test
    void shouldDescribeExactlyTheRoutesThatItServes() throws Exception {
        final JsonNode document = JsonMapper.shared().readTree(get("/openapi.json").body());
        final Set<String> described = new TreeSet<>();
        for (final Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            path.getValue()
                    .propertyNames()
                    .forEach(method -> described.add(method + " " + path.getKey()));
        }
        final Set<String> served = new TreeSet<>();
        open.weft()
                .routes()
                .forEach(
                        route ->
                                served.add(
                                        route.method().name().toLowerCase(java.util.Locale.ROOT)
                                                + " "
                                                + route.pattern()));
        assertThat(described).isEqualTo(served);
    }

    @Test
    void shouldBeAValidOpenApiDocument() throws Exception {
        final SwaggerParseResult parsed =
                new OpenAPIV3Parser().readContents(get("/openapi.json").body());
        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.getOpenAPI().getOpenapi()).isEqualTo("3.1.0");
        assertThat(parsed.getOpenAPI().getPaths()).hasSizeGreaterThan(12);
    }

    @Test
    void shouldServeTheViewerWithItsFilesAndNothingElse() throws Exception {
        final HttpResponse<String> page = get("/docs");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        final Matcher reference = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(page.body());
        int files = 0;
        while (reference.find()) {
            final HttpResponse<String> file = get("/" + reference.group(1));
            assertThat(file.statusCode()).as(reference.group(1)).isEqualTo(200);
            assertThat(file.body()).isNotEmpty();
            files++;
        }
        assertThat(files).isEqualTo(4);
        final HttpResponse<String> slash = get("/docs/");
        assertThat(slash.statusCode()).isEqualTo(308);
        assertThat(slash.headers().firstValue("Location")).contains("../docs");
        for (final String path :
                new String[] {
                    "/docs/index.html", "/docs/pom.properties", "/docs/openapi.yaml", "/docs/.."
                }) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void shouldShowLiveEventsToBrowsersAndNamesToOthers() throws Exception {
        final HttpResponse<String> page = get("/", "Accept", "text/html,*/*");
        assertThat(page.body()).contains("new EventSource(\"events/stream");
        assertThat(page.body()).doesNotContain("src=", "href=\"http", "@import", "innerHTML");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("script-src 'sha256-");
        final JsonNode names = JsonMapper.shared().readTree(get("/").body());
        assertThat(names.path("endpoints").path("stream").asString()).isEqualTo("/events/stream");
    }
}
