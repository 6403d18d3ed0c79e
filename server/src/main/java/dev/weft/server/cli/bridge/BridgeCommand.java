package dev.weft.server.cli.bridge;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code weft bridge}: events to and from other systems. */
@Command(
        name = "bridge",
        mixinStandardHelpOptions = true,
        subcommands = ValkeyCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Bridges events to and from other systems, as a process of its own.")
public final class BridgeCommand {
    /** For picocli. */
    public BridgeCommand() {}

    /** The command for picocli. */
    public static CommandLine commandLine() {
        return new CommandLine(new BridgeCommand());
    }
}
