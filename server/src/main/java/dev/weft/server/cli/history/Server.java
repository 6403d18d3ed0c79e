package dev.weft.server.cli.history;

import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.ClientOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** Asks a server questions that are answered with one JSON object. One thread. */
final class Server {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final ClientOptions options;
    private final HttpClient client;

    Server(final ClientOptions options) {
        this.options = options;
        client = options.client();
    }

    /**
     * The text of an answer.
     *
     * @throws RefusedException if it is no 200.
     * @throws IOException if there is none.
     */
    String text(final String path) throws IOException, InterruptedException {
        final HttpResponse<String> answer =
                client.send(
                        options.request(path)
                                .header("Accept", "application/json")
                                .timeout(ANSWER_TIMEOUT)
                                .build(),
                        BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new RefusedException(answer.statusCode() + " " + Problems.detail(answer.body()));
        }
        return answer.body();
    }

    /** The same, read. */
    JsonNode json(final String path) throws IOException, InterruptedException {
        return Problems.json(text(path));
    }

    /** What an exception of it says to people. */
    String reason(final IOException ex) {
        if (ex instanceof RefusedException) {
            return String.valueOf(ex.getMessage());
        }
        return "no answer from " + options.url() + ": " + Problems.reason(ex);
    }

    /** Exit code of a command that ends with an exception of it. */
    static int exitCode(final IOException ex) {
        return ex instanceof RefusedException ? ExitCodes.REFUSED : ExitCodes.UNREACHABLE;
    }
}
