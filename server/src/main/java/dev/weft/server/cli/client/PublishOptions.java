package dev.weft.server.cli.client;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command publishes that has many lines: where to, for how long, how safely. */
public final class PublishOptions {
    @Option(
            names = "--durability",
            paramLabel = "LEVEL",
            description = "journaled, or durable (forced to disk).")
    private @Nullable String durability;

    @Mixin private RetryOptions retry = new RetryOptions();

    @Mixin private ClientOptions server = new ClientOptions();

    /** For picocli. */
    public PublishOptions() {}

    /** What publishes as they say. */
    public PublishClient client() {
        return new PublishClient(server, retry.duration(), durability);
    }

    /** The server's address. */
    public String url() {
        return server.url();
    }

    public boolean isQuiet() {
        return retry.isQuiet();
    }
}
