package dev.weft.bench.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The committed costs, a set per JDK line because each line compiles the hot path differently. */
final class Baseline {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final TreeMap<Integer, Map<String, Cost>> byLine = new TreeMap<>();

    private Baseline() {}

    /** Reads it; a file that is not there is an empty one. */
    static Baseline read(final Path file) throws IOException {
        final Baseline baseline = new Baseline();
        if (!Files.exists(file)) {
            return baseline;
        }
        final JsonNode root = JSON.readTree(Files.readString(file));
        for (final Map.Entry<String, JsonNode> line : root.properties()) {
            final Map<String, Cost> costs = new LinkedHashMap<>();
            for (final Map.Entry<String, JsonNode> entry : line.getValue().properties()) {
                costs.put(
                        entry.getKey(),
                        new Cost(
                                entry.getValue().get("timeRatio").doubleValue(),
                                entry.getValue().get("bytesPerInvocation").doubleValue()));
            }
            baseline.byLine.put(Integer.valueOf(line.getKey()), costs);
        }
        return baseline;
    }

    /** The costs of a JDK line, or of the newest older one; empty if there is none. */
    Map<String, Cost> of(final int line) {
        final Map.Entry<Integer, Map<String, Cost>> entry = byLine.floorEntry(line);
        return entry == null ? Map.of() : entry.getValue();
    }

    void put(final int line, final Map<String, Cost> costs) {
        byLine.put(line, costs);
    }

    void write(final Path file) throws IOException {
        final ObjectNode root = JSON.createObjectNode();
        byLine.forEach(
                (line, costs) -> {
                    final ObjectNode node = root.putObject(String.valueOf(line));
                    costs.forEach(
                            (name, cost) ->
                                    node.putObject(name)
                                            .put("timeRatio", rounded(cost.timeRatio()))
                                            .put("bytesPerInvocation", rounded(cost.bytes())));
                });
        Files.writeString(
                file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }

    private static double rounded(final double value) {
        return Math.round(value * 100_000) / 100_000.0;
    }
}
