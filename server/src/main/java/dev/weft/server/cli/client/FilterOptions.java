package dev.weft.server.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
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
        forEach(path::add);
    }

    /** Parameters of a request and their values in turn. */
    public List<String> namesAndValues() {
        final List<String> all = new ArrayList<>();
        forEach(
                (name, value) -> {
                    all.add(name);
                    all.add(value);
                });
        return all;
    }

    private void forEach(final BiConsumer<String, String> parameter) {
        types.forEach(value -> parameter.accept("type", value));
        categories.forEach(value -> parameter.accept("category", value));
        subjects.forEach(value -> parameter.accept("subject", value));
        correlationIds.forEach(value -> parameter.accept("correlation_id", value));
        causationIds.forEach(value -> parameter.accept("causation_id", value));
        runIds.forEach(value -> parameter.accept("run_id", value));
        stepIds.forEach(value -> parameter.accept("step_id", value));
    }
}
