package dev.weft.server.agui;

import dev.weft.server.harness.ClientProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The packages of the AG-UI client, fetched by npm once for all tests. */
final class AguiClient {
    private static final List<String> PACKAGES =
            List.of("@ag-ui/client@1.0.0", "@ag-ui/core@1.0.0");
    private static final Path FOLDER = Path.of("target", "agui-client").toAbsolutePath();
    private static final int PATIENCE_S = 120;

    private AguiClient() {}

    /**
     * The folder whose {@code node_modules} has them. scripts/test fetches them and names it by an
     * environment variable; then they have to be there. Without that, and where npm does not get
     * them, the test is left out.
     */
    static synchronized Path require() throws IOException, InterruptedException {
        final String named = System.getenv("TEST_AGUI_CLIENT");
        final Path folder = named == null ? FOLDER : Path.of(named);
        if (named == null && !hasThem(folder)) {
            fetch(folder);
            Assumptions.assumeTrue(hasThem(folder), "npm does not get " + PACKAGES);
        }
        return folder;
    }

    private static boolean hasThem(final Path folder) {
        return Files.exists(folder.resolve("node_modules/@ag-ui/client/package.json"))
                && Files.exists(folder.resolve("node_modules/@ag-ui/core/package.json"));
    }

    private static void fetch(final Path folder) throws IOException, InterruptedException {
        final String npm = ClientProcess.require("TEST_NPM", List.of("npm"), List.of("--version"));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
        final Process process =
                new ProcessBuilder(
                                npm,
                                "install",
                                "--no-package-lock",
                                "--no-audit",
                                "--no-fund",
                                "--ignore-scripts",
                                PACKAGES.get(0),
                                PACKAGES.get(1))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("npm.log").toFile())
                        .start();
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
