package dev.weft.server.api;

import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.SlowRoute;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * {@code GET /}: live events for who opens the port in a browser, the names of the routes for
 * everybody else.
 */
public final class HomePage implements SlowRoute.Maker {
    private static final String PATH = "/dev/weft/server/api/home.html";
    private static final String SCRIPT_START = "<script>";
    private static final String SCRIPT_END = "</script>";

    private final String version;

    public HomePage(final String version) {
        this.version = version;
    }

    @Override
    public SlowRoute.Answer make(final String path, final HttpHeaders headers) {
        final String accept = headers.get(HttpHeaderNames.ACCEPT);
        if (accept != null && accept.contains("text/html")) {
            final byte[] page = Resource.read(PATH);
            return SlowRoute.Answer.ok(MediaTypes.HTML, page, pageLines(page));
        }
        final String json =
                "{\"name\":\"weft\",\"version\":\""
                        + version
                        + "\",\"description\":\"Event fabric: publish over HTTP, one journal, live streams\","
                        + "\"endpoints\":{\"events\":\"/events\",\"stream\":\"/events/stream\",\"websocket\":\"/events/ws\","
                        + "\"health\":\"/health\",\"metrics\":\"/metrics\",\"docs\":\"/docs\",\"openapi\":\"/openapi.json\"}}";
        return SlowRoute.Answer.ok(
                MediaTypes.JSON,
                json.getBytes(StandardCharsets.UTF_8),
                "Vary: Accept\r\nCache-Control: no-cache\r\n");
    }

    /** The page may run its own script and no other: the policy names its hash. */
    private static String pageLines(final byte[] page) {
        final String text = new String(page, StandardCharsets.UTF_8);
        final String script =
                text.substring(
                        text.indexOf(SCRIPT_START) + SCRIPT_START.length(),
                        text.indexOf(SCRIPT_END));
        return "Content-Security-Policy: default-src 'none'; script-src 'sha256-"
                + sha256(script)
                + "'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'\r\nVary: Accept\r\nCache-Control: no-cache\r\n";
    }

    private static String sha256(final String text) {
        try {
            final byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java platform has SHA-256", ex);
        }
    }
}
