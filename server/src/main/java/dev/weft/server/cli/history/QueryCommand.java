package dev.weft.server.cli.history;

import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.RequestPath;
import dev.weft.server.cli.tail.EventPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft query}: events out of history. */
@Command(
        name = "query",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Shows events that happened, the newest first, and how many there are in all.",
            "On a terminal: a line of columns per event. In a pipe: the envelope, one JSON object per line."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:answered, also if nothing matches",
            "1:the server refused it",
            "2:wrong usage",
            "3:the server cannot be reached"
        },
        footer = {
            "",
            "Examples:",
            "  weft query --type 'step.*' --since 1h",
            "  weft query --subject job/7f3a --oldest-first --limit 1000 | jq .event.data",
            "  weft query --category job --count"
        })
public final class QueryCommand implements Callable<Integer> {
    private static final int PAGE_MAX = 1_000;

    /** How events are shown. */
    enum Format {
        table,
        json,
        ndjson
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private HistoryOptions history = new HistoryOptions();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many events (default: 100).")
    private long limit;

    @Option(
            names = "--offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Pass over so many.")
    private long offset;

    @Option(names = "--oldest-first", description = "In the order in which they happened.")
    private boolean isOldestFirst;

    @Option(
            names = "--fields",
            paramLabel = "NAMES",
            description = "Only these members of each event, such as seq,type,data.")
    private @Nullable String fields;

    @Option(names = "--count", description = "Only how many there are.")
    private boolean isCount;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "table, json (one object) or ndjson; default: table on a terminal, else ndjson.")
    private @Nullable Format format;

    @Mixin private ClientOptions options = new ClientOptions();

    /** For picocli. */
    public QueryCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: from 1 on: " + limit);
        }
        if (offset < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--offset: must not be negative: " + offset);
        }
        final Server server = new Server(options);
        try {
            return isCount ? count(server) : show(server);
        } catch (final IOException ex) {
            err().println("weft query: " + server.reason(ex));
            return Server.exitCode(ex);
        } finally {
            out().flush();
            err().flush();
        }
    }

    private int count(final Server server) throws IOException, InterruptedException {
        out().println(page(server, 1, 0, null).total());
        return 0;
    }

    private int show(final Server server) throws IOException, InterruptedException {
        final Format shown =
                format != null ? format : Terminal.isOutput() ? Format.table : Format.ndjson;
        final EventPrinter printer =
                new EventPrinter(
                        out(),
                        shown == Format.table,
                        true,
                        shown == Format.table && Terminal.isOutput() ? Ansi.AUTO : Ansi.OFF,
                        Terminal.columns());
        long shownCount = 0;
        long total = 0;
        String cursor = null;
        boolean isBegun = false;
        do {
            final EventPage page =
                    page(
                            server,
                            (int) Math.min(PAGE_MAX, limit - shownCount),
                            cursor == null ? offset : 0,
                            cursor);
            if (shown == Format.json && !isBegun) {
                out().print("{\"events\":[");
            }
            isBegun = true;
            for (final String event : page.events()) {
                if (shown == Format.json) {
                    out().print(shownCount == 0 ? "\n" : ",\n");
                    out().print(event);
                } else {
                    printer.print(event);
                }
                shownCount++;
            }
            total = page.total();
            cursor = page.nextCursor();
        } while (cursor != null && shownCount < limit && !out().checkError());
        if (shown == Format.json) {
            out().println("],\"total\":" + total + "}");
        } else if (shown == Format.table) {
            out().printf("%,d of %,d%n", shownCount, total);
        }
        return 0;
    }

    private EventPage page(
            final Server server, final int count, final long skipped, final @Nullable String cursor)
            throws IOException, InterruptedException {
        final RequestPath path =
                history.path("/events")
                        .add("order", isOldestFirst ? "asc" : "desc")
                        .add("limit", count)
                        .add("offset", skipped == 0 ? null : skipped)
                        .add("fields", isCount ? "seq" : fields)
                        .add("cursor", cursor);
        return EventPage.parse(server.text(path.toString()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
