package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Answers leave the connection in the order of the requests, whenever
 * they are given. All methods are for the connection's event loop.
 */
public interface Exchange {
    HttpMethod method();

    /** Decoded path without the query. */
    String path();

    /** Value of a {@code {name}} part of the route's pattern, decoded. */
    String pathVariable(String name);

    QueryParameters query();

    HttpHeaders headers();

    boolean isHttp10();

    EventLoop eventLoop();

    Channel channel();

    /**
     * Receives the body. To be set during {@link Route#handle}; without it a body is read and
     * thrown away.
     */
    void onBody(BodyConsumer consumer);

    /** Stops (false) or goes on (true) reading from this connection: how a publisher is slowed. */
    void readBody(boolean wanted);

    /**
     * Answers. The body is released by the connection. A 204 or 304 has none.
     *
     * @param headerLines further header lines, each ended by CR LF, ASCII, or null. Never made from
     *     a caller's text.
     */
    void respond(
            int status,
            @Nullable CharSequence contentType,
            ByteBuf body,
            @Nullable CharSequence headerLines);

    default void respond(final Problem problem) {
        respond(problem, null);
    }

    /**
     * Answers a problem with header lines of its own, each ended by CR LF. A 503 or 429 says {@code
     * Retry-After: 1} unless they say otherwise.
     */
    void respond(Problem problem, @Nullable String headerLines);

    /**
     * Ends a request whose answer could not be made: a {@link ProblemException} is answered as
     * such, anything else is logged and answered 500. What is answered already stays as it is.
     *
     * @return whether this was the answer.
     */
    boolean fail(Throwable cause);

    /**
     * Makes the rest of the connection a stream: writes {@code head} (status line and headers,
     * whole) when it is this exchange's turn, then gives the channel to {@code stream}. No further
     * request is read from it. A HEAD gets the head alone, and a client may be gone by then: {@code
     * stream} is told {@link StreamHandler#onClose} then without {@link StreamHandler#onOpen}.
     */
    void stream(ByteBuf head, StreamHandler stream);

    /** Takes the bytes of a request's body as they arrive. */
    interface BodyConsumer {
        /** A piece of the body; the consumer reads it at once and does not keep it. */
        void onBytes(ByteBuf bytes);

        /** The body is complete. */
        void onEnd();

        /**
         * Whether what has come so far waits for nothing, so that the rest may come as slowly as it
         * likes: lines that are published as they arise. A body of which a part is kept until its
         * rest is there is not live. Asked about once a second.
         */
        default boolean isLive() {
            return false;
        }

        /** The client went away or broke the protocol before the end. */
        void onAbort();

        /**
         * The server stops and the body has not ended: no more of it is wanted. To be answered as
         * soon as it can be, if it is not yet, with how far it got.
         */
        void onStop();
    }

    /** What takes a connection over for a stream. */
    interface StreamHandler {
        /** The head was written; frames may follow by {@code channel.write}. */
        void onOpen(Channel channel);

        /** {@link Channel#isWritable} changed. */
        void onWritabilityChanged(Channel channel);

        /**
         * Bytes from the client: WebSocket frames, or on an SSE connection nothing sensible.
         * Released by the caller.
         */
        void onInbound(Channel channel, ByteBuf bytes);

        /** The end, told exactly once, whether or not it was opened. */
        void onClose(Channel channel);
    }
}
