package dev.weft.server.cli.publish;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Members of an event that can be given as options. */
final class EventMembers {
    private @Nullable String type;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "The event's id; sent again with it, nothing is doubled.")
    private @Nullable String id;

    @Option(
            names = "--category",
            paramLabel = "NAME",
            description = "console, network, page, system, job, …")
    private @Nullable String category;

    @Option(
            names = "--subject",
            paramLabel = "KIND/ID",
            description = "What it is about, e.g. job/7f3a.")
    private @Nullable String subject;

    @Option(names = "--message", paramLabel = "TEXT", description = "A text for people.")
    private @Nullable String message;

    @Option(
            names = "--occurred-at",
            paramLabel = "TIME",
            description = "When it happened, RFC 3339.")
    private @Nullable String occurredAt;

    @Option(names = "--correlation-id", paramLabel = "ID", description = "What it belongs to.")
    private @Nullable String correlationId;

    @Option(names = "--causation-id", paramLabel = "ID", description = "What caused it.")
    private @Nullable String causationId;

    @Option(names = "--run-id", paramLabel = "ID", description = "The run it belongs to.")
    private @Nullable String runId;

    @Option(names = "--step-id", paramLabel = "ID", description = "The step it belongs to.")
    private @Nullable String stepId;

    void type(final @Nullable String newType) {
        type = newType;
    }

    @Nullable String type() {
        return type;
    }

    @Nullable String id() {
        return id;
    }

    @Nullable String message() {
        return message;
    }

    /** All but id, message and data, as far as they are given, in the order of the envelope. */
    Map<String, String> optional() {
        final Map<String, String> members = new LinkedHashMap<>();
        put(members, "type", type);
        put(members, "category", category);
        put(members, "subject", subject);
        put(members, "correlation_id", correlationId);
        put(members, "causation_id", causationId);
        put(members, "run_id", runId);
        put(members, "step_id", stepId);
        put(members, "occurred_at", occurredAt);
        return members;
    }

    private static void put(
            final Map<String, String> members, final String name, final @Nullable String value) {
        if (value != null) {
            members.put(name, value);
        }
    }
}
