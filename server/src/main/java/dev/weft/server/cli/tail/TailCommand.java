package dev.weft.server.cli.tail;

import dev.weft.server.cli.Problems;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.Backoff;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.StreamWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft tail}: follows a stream and resumes it by itself. */
@Command(
        name = "tail",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Follows the stream of events.",
            "When the connection breaks it comes back and goes on behind the last event it has shown, without a hole and"
                    + " without a repetition.",
            "On a terminal: a line of columns per event. In a pipe: the envelope, one JSON object per line."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:--count reached, or nobody reads the output any more",
            "1:the server refused it",
            "2:wrong usage"
        },
        footer = {
            "",
            "Examples:",
            "  weft tail --type 'step.*' --last 20",
            "  weft tail --subject 'host/*' --policy latest",
            "  weft tail --since 5m --subject 'job/*' | jq .event.data"
        })
public final class TailCommand implements Callable<Integer> {
    private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(5);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private StreamQuery query = new StreamQuery();

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many events; 0: no end, follow from now on.")
    private long count;

    @Option(
            names = "--raw",
            description = "The stream as the server sends it: fields, comments and empty lines.")
    private boolean raw;

    @Option(names = "--json", description = "JSON lines, on a terminal too.")
    private boolean json;

    @Option(names = "--pretty", description = "Columns, in a pipe too.")
    private boolean pretty;

    @Mixin private ClientOptions options = new ClientOptions();

    /** For picocli. */
    public TailCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (count < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--count must not be negative: " + count);
        }
        final boolean forPeople = pretty || (!json && Terminal.isOutput());
        final PrintWriter out = spec.commandLine().getOut();
        final EventPrinter printer =
                new EventPrinter(
                        out,
                        forPeople,
                        false,
                        forPeople && Terminal.isOutput() ? Ansi.AUTO : Ansi.OFF,
                        Terminal.columns());
        final TailState state =
                new TailState(
                        count == 0 ? Long.MAX_VALUE : count,
                        printer,
                        out,
                        spec.commandLine().getErr());
        final HttpClient client = options.client();
        final Backoff backoff = new Backoff(RandomGenerator.getDefault());
        if (query.isLive()) {
            state.lastEventId(
                    head(client)); // so that also a break before the first event leaves no hole
        }
        while (true) {
            try {
                final HttpResponse<InputStream> answer =
                        client.send(request(state), BodyHandlers.ofInputStream());
                if (answer.statusCode() / 100 == 4 && answer.statusCode() != 429) {
                    return refused(answer);
                }
                if (answer.statusCode() == 200) {
                    backoff.succeeded();
                    follow(answer.body(), state, backoff);
                } else {
                    answer.body().close();
                    state.say("the server answered " + answer.statusCode());
                }
            } catch (final IOException ex) {
                state.say(Problems.reason(ex));
            }
            if (state.isDone()) {
                return 0;
            }
            final long waitMs = backoff.failed();
            state.say("coming back in %.1f s".formatted(waitMs / 1_000.0));
            Thread.sleep(waitMs);
        }
    }

    private HttpRequest request(final TailState state) {
        final String last = state.lastEventId();
        final HttpRequest.Builder request =
                options.request(query.path(last.isEmpty())).header("Accept", "text/event-stream");
        return last.isEmpty() ? request.build() : request.header("Last-Event-ID", last).build();
    }

    private void follow(final InputStream body, final TailState state, final Backoff backoff)
            throws IOException {
        try (StreamWatch watch = new StreamWatch(body);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(watch, StandardCharsets.UTF_8), 1 << 16)) {
            if (raw) {
                state.copyRaw(lines);
            } else {
                new SseReader(lines, state.lastEventId(), state.handler(backoff)).readAll();
            }
        }
    }

    private int refused(final HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            final String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            final PrintWriter err = spec.commandLine().getErr();
            err.println("weft tail: " + answer.statusCode() + " " + Problems.detail(text));
            err.flush();
            return 1;
        }
    }

    private String head(final HttpClient client) throws InterruptedException {
        try {
            final HttpRequest request = options.request("/health").timeout(HEAD_TIMEOUT).build();
            return Problems.json(client.send(request, BodyHandlers.ofString()).body())
                    .path("head")
                    .asString("");
        } catch (final IOException ex) {
            return ""; // the stream's own connection will tell
        }
    }
}
