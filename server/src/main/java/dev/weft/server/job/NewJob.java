package dev.weft.server.job;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.sequencer.Precondition;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job in the making: what its {@code job.created} says, and the two events that begin it. Each
 * step has an id, its caller's or one of its own, by which its events name it.
 */
final class NewJob {
    /** Steps that one may announce at first. */
    static final int STEPS_MAX = 1_000;

    /** Longest body. */
    static final int BODY_LENGTH_MAX = 256 * 1024;

    private static final JsonMapper STRICT =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();
    private static final Set<String> MEMBERS = Set.of("name", "type", "command", "steps");
    private static final Set<String> STEP_MEMBERS = Set.of("stepId", "name", "phase", "type");

    private final String id = UUID.randomUUID().toString();
    private final ObjectNode data;
    private final @Nullable String cause;

    private NewJob(final ObjectNode data, final @Nullable String cause) {
        this.data = data;
        this.cause = cause;
    }

    /**
     * Reads a body.
     *
     * @param commands names of those that are configured.
     * @throws ProblemException 400 with the member and the rule it breaks.
     */
    static NewJob parse(final byte[] body, final Set<String> commands) {
        final JsonNode said = read(body, "the body must be one JSON object");
        checkMembers(said, MEMBERS, "");
        final ObjectNode data = JsonMapper.shared().createObjectNode();
        data.put("name", required(said, "name", ""));
        copy(said, "type", "", data);
        final String command = optional(said, "command", "");
        if (command != null) {
            if (!commands.contains(command)) {
                throw refused(
                        "command: must be the name of one that is configured here"
                                + (commands.isEmpty()
                                        ? ", and none is"
                                        : ": " + String.join(", ", new TreeSet<>(commands))));
            }
            data.put("command", command);
        }
        steps(said.get("steps"), data);
        return new NewJob(data, null);
    }

    /** The same job again. */
    static NewJob again(final Job job) {
        final ObjectNode data = JsonMapper.shared().createObjectNode();
        final JsonNode before = job.created().data();
        for (final String member : List.of("name", "type", "command", "steps")) {
            final JsonNode value = before.get(member);
            if (value != null) {
                data.set(member, value);
            }
        }
        data.put("retry_of", job.id());
        return new NewJob(data, job.endId());
    }

    /** Reads a body that is a JSON object. */
    static JsonNode read(final byte[] body, final String rule) {
        try {
            final JsonNode said = STRICT.readTree(body);
            if (said == null || !said.isObject()) {
                throw refused(rule);
            }
            return said;
        } catch (final JacksonException ex) {
            throw refused("malformed JSON: " + ex.getOriginalMessage());
        }
    }

    static void checkMembers(final JsonNode object, final Set<String> known, final String where) {
        for (final String name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw refused(
                        where
                                + (name.length() > Payload.SHORT_TEXT_MAX ? "a member" : name)
                                + ": is no member of this request; known are "
                                + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** A text that may be there; null counts as absent. */
    static @Nullable String optional(final JsonNode object, final String name, final String where) {
        final JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        final String text = value.isString() ? value.stringValue() : "";
        if (text.isBlank() || text.length() > Payload.SHORT_TEXT_MAX) {
            throw refused(
                    where
                            + name
                            + ": must be a text of 1 to "
                            + Payload.SHORT_TEXT_MAX
                            + " characters");
        }
        return text;
    }

    private static String required(final JsonNode object, final String name, final String where) {
        final String text = optional(object, name, where);
        if (text == null) {
            throw refused(where + name + ": is required");
        }
        return text;
    }

    private static void copy(
            final JsonNode from, final String name, final String where, final ObjectNode to) {
        final String text = optional(from, name, where);
        if (text != null) {
            to.put(name, text);
        }
    }

    private static void steps(final @Nullable JsonNode steps, final ObjectNode data) {
        if (steps == null || steps.isNull()) {
            return;
        }
        if (!steps.isArray() || steps.size() > STEPS_MAX) {
            throw refused("steps: must be an array of at most " + STEPS_MAX);
        }
        final Set<String> ids = new HashSet<>();
        final ArrayNode target = data.putArray("steps");
        for (int i = 0; i < steps.size(); i++) {
            final JsonNode step = steps.get(i);
            final String where = "steps[" + i + "]: ";
            if (!step.isObject()) {
                throw refused(where + "must be an object");
            }
            checkMembers(step, STEP_MEMBERS, where);
            final String given = optional(step, "stepId", where);
            final String stepId = given == null ? UUID.randomUUID().toString() : given;
            if (!ids.add(stepId)) {
                throw refused(where + "stepId: is that of a step before");
            }
            final ObjectNode announced = target.addObject().put("stepId", stepId);
            announced.put("name", required(step, "name", where));
            constant(step, "phase", where, StepPhase.class, announced);
            constant(step, "type", where, StepType.class, announced);
        }
    }

    private static <E extends Enum<E>> void constant(
            final JsonNode step,
            final String name,
            final String where,
            final Class<E> type,
            final ObjectNode target) {
        final String text = optional(step, name, where);
        if (text == null) {
            return;
        }
        final E value = Payload.constantOf(text, type);
        if (value == null) {
            throw refused(
                    where + name + ": must be one of " + Arrays.toString(type.getEnumConstants()));
        }
        target.put(name, value.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Creates one, whatever is the case.
     *
     * @param commands names of those that are configured.
     */
    static Command command(final byte[] body, final Set<String> commands) {
        return (index, head) -> parse(body, commands).decision(null);
    }

    /** The events that begin it. */
    Decision decision(final @Nullable Precondition precondition) {
        final EventBuilder created =
                JobEvents.ofServer(JobEvents.CREATED, id).data(data.toString());
        if (cause != null) {
            created.causationId(cause);
        }
        return new Decision(
                List.of(created, JobEvents.ofServer(JobEvents.QUEUED, id)),
                precondition,
                this::reply);
    }

    private Reply reply(final Decision.Appended appended) {
        final Job job = Job.queued(id, new Payload(data), appended.timestampUs());
        final JsonMembers json = new JsonMembers().begin();
        job.writeAll(json, null);
        json.object("events")
                .number("total", 2)
                .number("first_seq", appended.firstSequence())
                .number("last_seq", appended.lastSequence())
                .end();
        return new Reply(201, json.end().toString(), "Location: /runner-jobs/" + id + "\r\n");
    }

    private static ProblemException refused(final String detail) {
        return new ProblemException(new Problem(400, detail));
    }

    /** A text as JSON. */
    static String quoted(final String text) {
        final StringBuilder json = new StringBuilder();
        JsonText.quote(json, text);
        return json.toString();
    }
}
