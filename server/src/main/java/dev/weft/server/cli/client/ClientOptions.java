package dev.weft.server.cli.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where the server is and who asks: what all commands that speak to one have in common. */
public final class ClientOptions {
    /** Host that requests over a Unix socket name; the server does not look. */
    private static final String UNIX_URL = "http://localhost";

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
            names = "--unix-socket",
            paramLabel = "PATH",
            defaultValue = "${env:WEFT_UNIX_SOCKET:-}",
            description =
                    "The server's Unix domain socket, instead of its address; also by WEFT_UNIX_SOCKET, which --url"
                            + " overrules.")
    private String unixSocket = "";

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:WEFT_API_KEY:-}",
            description =
                    "Key to send as X-API-Key; better by WEFT_API_KEY, where no process list shows it.")
    private String apiKey = "";

    /** For picocli. */
    public ClientOptions() {}

    /** A client for the life of the command. */
    public HttpClient client() {
        if (isUnix()) {
            return new UnixHttpClient(Path.of(unixSocket));
        }
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A request for a path with its query, with the key if there is one. */
    public HttpRequest.Builder request(final String pathAndQuery) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(uri(pathAndQuery));
        if (!apiKey.isEmpty()) {
            request.header("X-API-Key", apiKey);
        }
        return request;
    }

    /** The server as given, for messages. */
    public String url() {
        return isUnix() ? unixSocket : url;
    }

    private boolean isUnix() {
        final ParseResult given = spec.commandLine().getParseResult();
        return !unixSocket.isEmpty()
                && (given.hasMatchedOption("--unix-socket") || !given.hasMatchedOption("--url"));
    }

    private URI uri(final String pathAndQuery) {
        final String server = isUnix() ? UNIX_URL : url;
        final String base =
                server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
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
