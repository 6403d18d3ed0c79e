package dev.weft.server.cli.tail;

import dev.weft.server.cli.client.FilterOptions;
import dev.weft.server.cli.client.RequestPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which events of a stream are wanted, and from where on. */
final class StreamQuery {
    @Mixin private FilterOptions filters = new FilterOptions();

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
        final RequestPath path = new RequestPath("/events/stream");
        filters.addTo(path);
        path.add("policy", policy);
        if (withStart && start != null) {
            path.add("after", start.after)
                    .add("since", start.since)
                    .add("last", start.last)
                    .add("replay", start.all ? "all" : null);
        }
        return path.toString();
    }
}
