package dev.weft.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.bench.report.Report;
import dev.weft.bench.report.ReportWriter;
import dev.weft.bench.rig.Rig;
import dev.weft.bench.server.Contenders;
import dev.weft.bench.server.FloorServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rig against the floor in the place of the product: real processes, real sockets, a second or
 * two.
 */
@Timeout(120)
class RigTest {
    @TempDir private Path folder;

    @Test
    void shouldMeasureAndReportAServerInAnotherProcess() throws IOException {
        final boolean valid = rig().run(new FanOutScenario(20, 16, 2, false, 0.2), Map.of());

        assertThat(valid).isTrue();
        try (var made = Files.list(folder.resolve("out"))) {
            final Path report = made.findFirst().orElseThrow();
            assertThat(report.getFileName().toString()).endsWith("-abc1234-fan-out");
            assertThat(report.resolve("README.md")).content().contains("| deliveries/s |");
        }
    }

    @Test
    void shouldVoidARunWhoseServerLosesAnEvent() throws IOException {
        final boolean valid =
                rig("-Dweft.floor.lose=1000")
                        .run(new FanOutScenario(20, 16, 2, false, 0.2), Map.of());

        assertThat(valid).isFalse();
        try (var made = Files.list(folder.resolve("out"))) {
            final Path report = made.findFirst().orElseThrow();
            assertThat(report.getFileName().toString()).endsWith("-abc1234-fan-out.FAIL");
            assertThat(report.resolve("README.md"))
                    .content()
                    .contains("void")
                    .contains("instead of");
        }
    }

    private Rig rig(final String... options) {
        final ArrayList<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.add("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
        command.addAll(List.of(options));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), FloorServer.class.getName()));
        final ReportWriter writer =
                new ReportWriter(folder.resolve("out"), "abc1234", List.of("test"));
        final PrintStream out =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Rig(folder, List.of(Contenders.weft(Report.PRODUCT, command)), 1, writer, out);
    }
}
