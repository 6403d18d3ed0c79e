package dev.weft.server.agui;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a JSON value has to be. Stateless. */
@FunctionalInterface
interface Rule {
    /**
     * What is wrong with a value.
     *
     * @return null if nothing is; else the rest of a sentence that begins with the value's name,
     *     such as {@code ": must be a string"} or {@code ".role: is required"}.
     */
    @Nullable String broken(JsonNode value);
}
