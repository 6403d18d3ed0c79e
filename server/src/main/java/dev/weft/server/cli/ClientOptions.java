package dev.weft.server.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where the server is and who asks: what all commands that speak to one have in common. */
final class ClientOptions {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    @Spec(Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:WEFT_URL:-http://127.0.0.1:8765}",
            description = "The server; also by WEFT_URL (default: http://127.0.0.1:8765).")
    private String url = "";

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:WEFT_API_KEY:-}",
            description =
                    "Key to send as X-API-Key; better by WEFT_API_KEY, where no process list shows it.")
    private String apiKey = "";

    /** A client for the life of the command. */
    HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A request for a path with its query, with the key if there is one. */
    HttpRequest.Builder request(final String pathAndQuery) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(uri(pathAndQuery));
        if (!apiKey.isEmpty()) {
            request.header("X-API-Key", apiKey);
        }
        return request;
    }

    /** The server as given, for messages. */
    String url() {
        return url;
    }

    private URI uri(final String pathAndQuery) {
        final String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        try {
            final URI uri = URI.create(base + pathAndQuery);
            if (uri.getHost() != null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (final IllegalArgumentException ex) {
            // Told below, like every other value that is no address of a server.
        }
        throw new ParameterException(
                spec.commandLine(), "--url: no http address of a server: " + url);
    }
}
