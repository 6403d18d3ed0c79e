package dev.weft.server.cli.publish;

import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.PublishClient;
import dev.weft.server.cli.client.PublishOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft publish}: one event from arguments, or many from standard input. */
@Command(
        name = "publish",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Publishes one event from arguments, or events from standard input.",
            "Without TYPE, standard input is read line by line until it ends: a JSON object is an event; any other line"
                    + " becomes an event of the type given by --type, with the line as its data if it is JSON, else as"
                    + " its message. Every event gets an id, so nothing is doubled when an answer is lost and it is sent"
                    + " again."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything is in the journal, also if there was nothing to publish",
            "1:the server refused an event (what, on standard error)",
            "2:wrong usage",
            "3:no answer in time; what was sent last may or may not be in the journal"
        },
        footer = {
            "",
            "Examples:",
            "  weft publish build.done '{\"ok\":true}' --subject job/7f3a",
            "  journalctl -f -o cat | weft publish --type log.line --subject host/web-1",
            "  weft publish < events.ndjson"
        })
public final class PublishCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TYPE",
            description = "Type of the event, e.g. build.done.")
    private @Nullable String type;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATA",
            description = "Its data, any JSON.")
    private @Nullable String data;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Type for lines that are no events by themselves.")
    private @Nullable String lineType;

    @Option(
            names = "--wrap",
            description = "Lines that are JSON objects become data too, of --type.")
    private boolean wrap;

    @Mixin private EventMembers members = new EventMembers();

    @Mixin private PublishOptions options = new PublishOptions();

    /** For picocli. */
    public PublishCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        checkUsage();
        final PublishClient client = options.client();
        try {
            return type != null ? one(client) : many(client);
        } catch (final IOException ex) {
            err().println("weft publish: " + ex.getMessage());
            return ExitCodes.UNREACHABLE;
        }
    }

    private void checkUsage() {
        if (type != null && lineType != null) {
            throw usage(
                    "TYPE publishes one event, --type is for lines of standard input: give one of them");
        }
        if (data != null && !EventLine.isJson(data)) {
            throw usage("DATA is no JSON: " + data + " (for a plain text use --message)");
        }
        if (type == null && (members.id() != null || members.message() != null)) {
            throw usage("--id and --message belong to one event: give its TYPE");
        }
        if (wrap && lineType == null) {
            throw usage("--wrap needs --type");
        }
    }

    private int one(final PublishClient client) throws IOException, InterruptedException {
        members.type(type);
        final HttpResponse<String> answer =
                client.publish("application/json", EventLine.of(members, data, members.message()));
        if (answer.statusCode() / 100 != 2) {
            err().println(
                            "weft publish: "
                                    + answer.statusCode()
                                    + " "
                                    + Problems.detail(answer.body()));
            return ExitCodes.REFUSED;
        }
        if (!options.isQuiet()) {
            final boolean isDuplicate = answer.headers().firstValue("Weft-Duplicate").isPresent();
            out().println(
                            Terminal.isOutput()
                                    ? "%s as %s%s"
                                            .formatted(
                                                    isDuplicate ? "was already there" : "published",
                                                    Problems.json(answer.body())
                                                            .path("seq")
                                                            .asString("?"),
                                                    answer.headers()
                                                            .firstValue("Weft-Durability")
                                                            .map(s -> ", " + s)
                                                            .orElse(""))
                                    : answer.body());
            out().flush();
        }
        return 0;
    }

    private int many(final PublishClient client) throws IOException, InterruptedException {
        members.type(lineType);
        if (Terminal.isInput()) {
            err().println(
                            "weft publish: reading events line by line; end with Ctrl-D (--help tells the other ways)");
            err().flush();
        }
        final Progress progress = new Progress(err(), !options.isQuiet() && Terminal.isError());
        final LinePublisher publisher = new LinePublisher(client, progress, this::event, err());
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(System.in, StandardCharsets.UTF_8),
                        LinePublisher.BATCH_LENGTH_MAX)) {
            publisher.publishAll(lines, 0);
        } finally {
            progress.end();
            if (!options.isQuiet()) {
                if (publisher.isNothingRead()) {
                    err().println("weft publish: nothing to publish, standard input had no line");
                }
                out().println(progress.summary());
                out().flush();
            }
        }
        return progress.rejectedCount() == 0 ? 0 : ExitCodes.REFUSED;
    }

    private String event(final String line, final long number) {
        final String event = EventLine.ofLine(line, members, wrap);
        if (event == null) {
            throw new IllegalArgumentException(
                    "no JSON object, and no --type given for other lines");
        }
        return event;
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
