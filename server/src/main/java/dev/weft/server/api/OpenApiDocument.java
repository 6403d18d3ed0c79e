package dev.weft.server.api;

import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.SlowRoute;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code GET /openapi.json}: the hand-written openapi.yaml as JSON, with this version. Converted
 * once.
 */
public final class OpenApiDocument implements SlowRoute.Maker {
    private static final String PATH = "/dev/weft/server/api/openapi.yaml";

    private final String version;
    private byte @Nullable [] json;

    public OpenApiDocument(final String version) {
        this.version = version;
    }

    @Override
    public SlowRoute.Answer make(final String path, final HttpHeaders headers) {
        return SlowRoute.Answer.ok(MediaTypes.JSON, json(), "Cache-Control: no-cache\r\n");
    }

    private synchronized byte[] json() {
        byte[] current = json;
        if (current == null) {
            final ObjectNode document =
                    (ObjectNode)
                            YAMLMapper.shared()
                                    .readTree(
                                            new String(
                                                    Resource.read(PATH), StandardCharsets.UTF_8));
            ((ObjectNode) document.required("info")).put("version", version);
            current = JsonMapper.shared().writeValueAsBytes(document);
            json = current;
        }
        return current;
    }
}
