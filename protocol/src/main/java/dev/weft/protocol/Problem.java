package dev.weft.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a request was refused: {@code application/problem+json} (RFC 9457).
 *
 * @param status HTTP status.
 * @param detail one sentence for people that names the member and the rule. No tokens, no payloads.
 * @param members further members of the problem, such as the {@code index} of an array's bad item;
 *     strings and numbers only.
 */
public record Problem(int status, String detail, Map<String, Object> members) {
    public Problem {
        members = Map.copyOf(members);
    }

    public Problem(final int status, final String detail) {
        this(status, detail, Map.of());
    }

    /** The same problem with one member more. */
    public Problem with(final String name, final Object value) {
        final Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(name, value);
        return new Problem(status, detail, more);
    }
}
