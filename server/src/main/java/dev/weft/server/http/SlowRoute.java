package dev.weft.server.http;

import dev.weft.protocol.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A route whose answer takes longer than an event loop may be busy: it is made on another thread
 * and given on the loop. For what people and scrapers ask now and then, not for publishing or
 * streaming.
 */
public final class SlowRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(SlowRoute.class);
    private static final int WAITING_MAX = 64;
    private static final long THREAD_IDLE_S = 30;

    /**
     * An answer, whole.
     *
     * @param body released when it is written.
     */
    public record Answer(
            int status,
            CharSequence contentType,
            ByteBuf body,
            @Nullable CharSequence headerLines) {
        /** An answer 200 with these bytes, which nobody changes any more. */
        public static Answer ok(
                final CharSequence contentType,
                final byte[] body,
                final @Nullable CharSequence headerLines) {
            return new Answer(200, contentType, Unpooled.wrappedBuffer(body), headerLines);
        }
    }

    /** Makes an answer. Thread: {@code weft-ops}. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Makes the answer to one request.
         *
         * @param path decoded.
         * @throws ProblemException to answer that problem instead.
         */
        Answer make(String path, HttpHeaders headers);
    }

    private final Executor executor;
    private final Maker maker;

    public SlowRoute(final Executor executor, final Maker maker) {
        this.executor = executor;
        this.maker = maker;
    }

    /**
     * One thread {@code weft-ops} that exists only while it is needed. It takes {@value
     * #WAITING_MAX} requests at a time.
     */
    public static Executor newExecutor() {
        final ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        THREAD_IDLE_S,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(WAITING_MAX),
                        task -> {
                            final Thread thread = new Thread(task, "weft-ops");
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public void handle(final Exchange exchange) {
        final String path = exchange.path();
        final HttpHeaders headers = exchange.headers();
        try {
            executor.execute(() -> make(exchange, path, headers));
        } catch (final RejectedExecutionException ex) {
            exchange.respond(new Problem(503, "too many requests of this kind at once"));
        }
    }

    private void make(final Exchange exchange, final String path, final HttpHeaders headers) {
        try {
            final Answer answer = maker.make(path, headers);
            exchange.eventLoop()
                    .execute(
                            () ->
                                    exchange.respond(
                                            answer.status(),
                                            answer.contentType(),
                                            answer.body(),
                                            answer.headerLines()));
        } catch (final ProblemException ex) {
            exchange.eventLoop().execute(() -> exchange.respond(ex.problem()));
        } catch (final RuntimeException ex) {
            LOG.error("{} failed", path, ex);
            exchange.eventLoop()
                    .execute(
                            () ->
                                    exchange.respond(
                                            new Problem(
                                                    500,
                                                    "the server failed to answer; its log says why")));
        }
    }
}
