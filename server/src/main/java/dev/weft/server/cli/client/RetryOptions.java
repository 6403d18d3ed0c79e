package dev.weft.server.cli.client;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command goes on trying, and whether it says what came of it. */
public final class RetryOptions {
    @Option(
            names = "--retry-for",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to go on trying without success (default: 30).")
    private int seconds;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing when all goes well.")
    private boolean isQuiet;

    /** For picocli. */
    public RetryOptions() {}

    /** Without success. */
    public Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    public boolean isQuiet() {
        return isQuiet;
    }
}
