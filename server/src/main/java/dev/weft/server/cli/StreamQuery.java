package dev.weft.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which events of a stream are wanted, and from where on. */
final class StreamQuery {
    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Only this type, or a prefix: 'step.*'. Repeatable.")
    private List<String> types = List.of();

    @Option(
            names = "--category",
            paramLabel = "NAME",
            description = "Only this category. Repeatable.")
    private List<String> categories = List.of();

    @Option(
            names = "--subject",
            paramLabel = "KIND/ID",
            description = "Only this subject, or 'job/*'. Repeatable.")
    private List<String> subjects = List.of();

    @Option(
            names = "--correlation-id",
            paramLabel = "ID",
            description = "Only with this id. Repeatable.")
    private List<String> correlationIds = List.of();

    @Option(names = "--run-id", paramLabel = "ID", description = "Only of this run. Repeatable.")
    private List<String> runIds = List.of();

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description = {
                "How much of that: all; latest, the newest event of each subject, ten times a second at most; or"
                        + " sample=N/s, the newest event, N times a second at most."
            })
    private @Nullable String policy;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private @Nullable Start start;

    /** Where to begin. Without one: with what happens from now on. */
    static final class Start {
        @Option(
                names = "--after",
                paramLabel = "SEQ",
                description = "From the event after this sequence on.")
        private @Nullable Long after;

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "From a time on: RFC 3339, or 5m, 2h, 1d ago.")
        private @Nullable String since;

        @Option(
                names = "--last",
                paramLabel = "N",
                description = "With the last N events (that match).")
        private @Nullable Long last;

        @Option(names = "--all", description = "From the oldest event on.")
        private boolean all;
    }

    /** Whether it begins with what happens from now on. */
    boolean isLive() {
        return start == null;
    }

    /** Path and query of the stream. */
    String path(final boolean withStart) {
        final StringBuilder path = new StringBuilder("/events/stream");
        types.forEach(value -> add(path, "type", value));
        categories.forEach(value -> add(path, "category", value));
        subjects.forEach(value -> add(path, "subject", value));
        correlationIds.forEach(value -> add(path, "correlation_id", value));
        runIds.forEach(value -> add(path, "run_id", value));
        if (policy != null) {
            add(path, "policy", policy);
        }
        if (withStart && start != null) {
            if (start.after != null) {
                add(path, "after", String.valueOf(start.after));
            } else if (start.since != null) {
                add(path, "since", start.since);
            } else if (start.last != null) {
                add(path, "last", String.valueOf(start.last));
            } else if (start.all) {
                add(path, "replay", "all");
            }
        }
        return path.toString();
    }

    private static void add(final StringBuilder path, final String name, final String value) {
        path.append(path.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
}
