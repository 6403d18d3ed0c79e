package dev.weft.server.session.state;

import dev.weft.protocol.Limits;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Data of {@code session.carried}: all that is known of a session that goes on, so that it can be
 * made of this event alone when those before it are deleted. Who has it stands there as in {@code
 * session.claimed}. Immutable.
 *
 * @param createdUs microseconds since the epoch; 0 if unknown.
 * @param wish what it was created with.
 */
record CarriedSession(
        Phase phase,
        long createdSequence,
        long createdUs,
        long startSequence,
        long runsAfterSequence,
        int lossCount,
        ObjectNode wish) {
    /** Longest wish that is carried whole: the event must not become too long by the rest. */
    private static final int WISH_LENGTH_MAX = Limits.EVENT_LENGTH_MAX - 16_384;

    /** What is carried of a longer one; each is short. */
    private static final List<String> SHORT = List.of("driver", "display_name", "model");

    private static final JsonMapper JSON = JsonMapper.shared();

    /** What is to be written of a session as it is. */
    static String write(final SessionState session, final SessionImage image) {
        final ObjectNode data = JSON.createObjectNode();
        data.put("phase", session.phase().name());
        data.put("created_seq", session.createdSequence());
        data.put("created_us", image.createdUs());
        data.put("start_seq", session.startSequence());
        data.put("runs_after_seq", session.runsAfterSequence());
        data.put("losses", session.lossCount());
        if (session.worker() != null && session.leaseId() != null) {
            data.put("worker", session.worker());
            data.put("lease_id", session.leaseId());
        }
        final ObjectNode wish = image.wish() == null ? JSON.createObjectNode() : image.wish();
        wish.put("driver", session.driver());
        final int length = JSON.writeValueAsBytes(wish).length;
        data.set("wish", length <= WISH_LENGTH_MAX ? wish : shortened(wish));
        return data.toString();
    }

    private static ObjectNode shortened(final ObjectNode wish) {
        final ObjectNode some = JSON.createObjectNode();
        for (final String name : SHORT) {
            final JsonNode value = wish.get(name);
            if (value != null) {
                some.set(name, value);
            }
        }
        return some;
    }

    /** What an event says; null if that makes no sense. */
    static @Nullable CarriedSession read(final byte[] json) {
        final JsonNode data;
        try {
            data = JSON.readTree(json);
        } catch (final JacksonException ex) {
            return null; // by a server that was no JSON; it cannot be
        }
        final String phase = data.path("phase").asString("");
        final long created = data.path("created_seq").asLong(0);
        if (created <= 0 || !(data.get("wish") instanceof ObjectNode wish)) {
            return null;
        }
        return Stream.of(Phase.values())
                .filter(each -> each.isActive() && each.name().equals(phase))
                .findFirst()
                .map(
                        each ->
                                new CarriedSession(
                                        each,
                                        created,
                                        data.path("created_us").asLong(0),
                                        data.path("start_seq").asLong(created),
                                        data.path("runs_after_seq").asLong(created),
                                        data.path("losses").asInt(0),
                                        wish))
                .orElse(null);
    }

    String driver() {
        return wish.path("driver").asString("");
    }
}
