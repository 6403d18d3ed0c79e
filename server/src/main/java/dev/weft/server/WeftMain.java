package dev.weft.server;

import dev.weft.server.cli.bridge.BridgeCommand;
import dev.weft.server.cli.history.ExportCommand;
import dev.weft.server.cli.history.ImportCommand;
import dev.weft.server.cli.history.QueryCommand;
import dev.weft.server.cli.history.ReindexCommand;
import dev.weft.server.cli.history.StatsCommand;
import dev.weft.server.cli.journal.InspectCommand;
import dev.weft.server.cli.journal.VerifyCommand;
import dev.weft.server.cli.publish.PublishCommand;
import dev.weft.server.cli.run.RunCommand;
import dev.weft.server.cli.serve.RetentionCommand;
import dev.weft.server.cli.serve.ServeCommand;
import dev.weft.server.cli.tail.TailCommand;
import dev.weft.server.ops.Version;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one entry point: {@code weft <command>}. */
public final class WeftMain {
    private WeftMain() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(final String[] arguments) {
        System.exit(program(arguments).execute(arguments));
    }

    /** The program with the command that is asked for; with all of them if that is not clear. */
    static CommandLine program(final String... arguments) {
        final Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
        commands.put("serve", ServeCommand::commandLine);
        commands.put("publish", () -> new CommandLine(new PublishCommand()));
        commands.put("run", RunCommand::commandLine);
        commands.put("tail", () -> new CommandLine(new TailCommand()));
        commands.put("query", () -> new CommandLine(new QueryCommand()));
        commands.put("stats", () -> new CommandLine(new StatsCommand()));
        commands.put("export", () -> new CommandLine(new ExportCommand()));
        commands.put("import", () -> new CommandLine(new ImportCommand()));
        commands.put("bridge", BridgeCommand::commandLine);
        commands.put("inspect", () -> new CommandLine(new InspectCommand()));
        commands.put("verify", () -> new CommandLine(new VerifyCommand()));
        commands.put("reindex", () -> new CommandLine(new ReindexCommand()));
        commands.put("retention", RetentionCommand::commandLine);

        final CommandSpec spec = CommandSpec.create().name("weft");
        spec.mixinStandardHelpOptions(true);
        spec.usageMessage()
                .description("Event fabric: publish over HTTP, one journal, live streams.")
                .synopsisSubcommandLabel("COMMAND");
        final String asked = arguments.length == 0 ? "" : arguments[0];
        commands.forEach(
                (name, command) -> {
                    if (name.equals(asked) || !commands.containsKey(asked)) {
                        spec.addSubcommand(name, command.get());
                    }
                });
        tellVersion(spec);
        final CommandLine program = new CommandLine(spec);
        program.setParameterExceptionHandler(WeftMain::explain);
        return program;
    }

    /** Each command answers -V, so each has to know it. */
    private static void tellVersion(final CommandSpec spec) {
        spec.version("weft " + Version.text());
        spec.subcommands().values().forEach(each -> tellVersion(each.getCommandSpec()));
    }

    /** Tells a mistake and where to read more; the whole help would scroll it away. */
    private static int explain(final ParameterException ex, final String[] arguments) {
        final CommandLine command = ex.getCommandLine();
        final PrintWriter err = command.getErr();
        err.println(command.getColorScheme().errorText(ex.getMessage()));
        UnmatchedArgumentException.printSuggestions(ex, err);
        if (command.getParent() == null) {
            command.usage(err);
        } else {
            err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
