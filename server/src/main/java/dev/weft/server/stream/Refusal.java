package dev.weft.server.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;

/** A problem with header lines of its own. */
final class Refusal {
    private Refusal() {}

    /**
     * Answers.
     *
     * @param problem with a detail that is ASCII and needs no escape in JSON.
     */
    static void respond(final Exchange exchange, final Problem problem, final String headerLines) {
        final String body =
                "{\"type\":\"about:blank\",\"title\":\""
                        + HttpResponseStatus.valueOf(problem.status()).reasonPhrase()
                        + "\",\"status\":"
                        + problem.status()
                        + ",\"detail\":\""
                        + problem.detail()
                        + "\",\"message\":\""
                        + problem.detail()
                        + "\"}";
        exchange.respond(
                problem.status(),
                "application/problem+json",
                Unpooled.wrappedBuffer(body.getBytes(US_ASCII)),
                headerLines);
    }
}
