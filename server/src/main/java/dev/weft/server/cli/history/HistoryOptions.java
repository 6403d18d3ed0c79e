package dev.weft.server.cli.history;

import dev.weft.server.cli.client.FilterOptions;
import dev.weft.server.cli.client.RequestPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which events of history are wanted: filters and bounds. */
final class HistoryOptions {
    @Mixin private FilterOptions filters = new FilterOptions();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only later than this: ISO 8601, or 5m, 2h30m, 1d ago.")
    private @Nullable String since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Only up to this time: ISO 8601, or 5m, 2h30m, 1d ago.")
    private @Nullable String until;

    @Option(names = "--after", paramLabel = "SEQ", description = "Only behind this sequence.")
    private @Nullable Long after;

    @Option(names = "--before", paramLabel = "SEQ", description = "Only before this sequence.")
    private @Nullable Long before;

    /** Where it begins, null if that was not said. */
    @Nullable Long after() {
        return after;
    }

    /** A request for them. */
    RequestPath path(final String path) {
        return path(path, after);
    }

    /** The same, beginning elsewhere. */
    RequestPath path(final String path, final @Nullable Long from) {
        final RequestPath request = new RequestPath(path);
        filters.addTo(request);
        return request.add("since", since)
                .add("until", until)
                .add("after", from)
                .add("before", before);
    }
}
