package dev.weft.server.telemetry;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes the data of samples. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A share from 0 to 1 with three digits; what the host cannot tell is 0. */
    static double share(final double value) {
        return Double.isNaN(value) || value < 0
                ? 0
                : Math.round(Math.min(1, value) * 1_000) / 1_000.0;
    }

    /** Units per second over a time. */
    static long rate(final long before, final long now, final double seconds) {
        return seconds <= 0 ? 0 : Math.max(0, Math.round((now - before) / seconds));
    }
}
