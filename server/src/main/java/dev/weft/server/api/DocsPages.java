package dev.weft.server.api;

import dev.weft.protocol.Problem;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.SlowRoute;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;

/**
 * {@code GET /docs} and {@code GET /docs/{file}}: Swagger UI out of its archive, shown with this
 * server's document. Only the listed files are served, and the page may load nothing from
 * elsewhere.
 */
public final class DocsPages implements SlowRoute.Maker {
    private static final String ROOT = "/docs";
    private static final String OWN = "/dev/weft/server/api/";
    private static final String VIEWER_PROPERTIES =
            "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String SECURITY_POLICY =
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src"
                    + " 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                    + " 'none'\r\n";
    private static final String PAGE_LINES = SECURITY_POLICY + "Cache-Control: no-cache\r\n";
    private static final String FILE_LINES = "Cache-Control: private, max-age=3600\r\n";
    private static final Map<String, AsciiString> VIEWER_FILES =
            Map.of(
                    "swagger-ui.css", MediaTypes.CSS,
                    "swagger-ui-bundle.js", MediaTypes.JAVASCRIPT,
                    "favicon-32x32.png", MediaTypes.PNG);
    private static final String STARTER = "docs.js";

    /** For {@link SlowRoute}. */
    public DocsPages() {}

    @Override
    public SlowRoute.Answer make(final String path, final HttpHeaders headers) {
        if (path.equals(ROOT)) {
            return SlowRoute.Answer.ok(
                    MediaTypes.HTML, Resource.read(OWN + "docs.html"), PAGE_LINES);
        }
        final String file = path.substring(ROOT.length() + 1);
        if (file.isEmpty()) { // the links of the page only work without the slash
            return new SlowRoute.Answer(
                    308, MediaTypes.HTML, Unpooled.EMPTY_BUFFER, "Location: ../docs\r\n");
        }
        if (file.equals(STARTER)) {
            return SlowRoute.Answer.ok(
                    MediaTypes.JAVASCRIPT, Resource.read(OWN + STARTER), FILE_LINES);
        }
        final AsciiString type = VIEWER_FILES.get(file);
        if (type == null) {
            throw new ProblemException(new Problem(404, "path: no such file of the viewer"));
        }
        return SlowRoute.Answer.ok(type, Resource.read(viewerRoot() + file), FILE_LINES);
    }

    private static String viewerRoot() {
        final Properties properties = new Properties();
        try {
            properties.load(
                    new StringReader(
                            new String(Resource.read(VIEWER_PROPERTIES), StandardCharsets.UTF_8)));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return "/META-INF/resources/webjars/swagger-ui/" + properties.getProperty("version") + "/";
    }
}
