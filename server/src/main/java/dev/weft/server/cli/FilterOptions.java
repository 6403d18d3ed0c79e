package dev.weft.server.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** Which events are wanted, whether as a stream or out of history. */
public final class FilterOptions {
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

    @Option(
            names = "--causation-id",
            paramLabel = "ID",
            description = "Only what this caused. Repeatable.")
    private List<String> causationIds = List.of();

    @Option(names = "--run-id", paramLabel = "ID", description = "Only of this run. Repeatable.")
    private List<String> runIds = List.of();

    @Option(names = "--step-id", paramLabel = "ID", description = "Only of this step. Repeatable.")
    private List<String> stepIds = List.of();

    /** For picocli. */
    public FilterOptions() {}

    /** Adds them to a request. */
    public void addTo(final RequestPath path) {
        types.forEach(value -> path.add("type", value));
        categories.forEach(value -> path.add("category", value));
        subjects.forEach(value -> path.add("subject", value));
        correlationIds.forEach(value -> path.add("correlation_id", value));
        causationIds.forEach(value -> path.add("causation_id", value));
        runIds.forEach(value -> path.add("run_id", value));
        stepIds.forEach(value -> path.add("step_id", value));
    }
}
