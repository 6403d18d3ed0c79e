package dev.weft.server.control;

import dev.weft.protocol.Problem;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Does the commands of requests: collects the body, runs the command when it is the connection's
 * turn, answers. One per I/O loop.
 */
public final class CommandRoute {
    /** Bytes of unfinished bodies that one loop keeps. */
    static final int COLLECTED_LENGTH_MAX = 16 * 1024 * 1024;

    private static final String NO_STORE = "Cache-Control: no-store\r\n";

    private final Commands commands;
    private int collectedLength;

    public CommandRoute(final Commands commands) {
        this.commands = commands;
    }

    /**
     * Takes the body of a request and does what it asks for. Commands of one connection are done
     * one after the other.
     *
     * @param lengthMax longest body.
     * @param reading makes the command when the body is there; it must not look into the body, that
     *     is for {@link Command#decide}.
     */
    public void run(
            final Exchange exchange, final int lengthMax, final Function<byte[], Command> reading) {
        run(exchange, lengthMax, reading, CommandRoute::respond);
    }

    /**
     * The same for a command after which there is more to do before the answer.
     *
     * @param whenDone answers; thread: the connection's loop.
     */
    public void run(
            final Exchange exchange,
            final int lengthMax,
            final Function<byte[], Command> reading,
            final BiConsumer<Exchange, Reply> whenDone) {
        exchange.onBody(new CollectedBody(exchange, lengthMax, reading, whenDone));
    }

    /** Answers with what a command came to. Thread: the connection's loop. */
    public static void respond(final Exchange exchange, final Reply reply) {
        final CharSequence json = reply.json();
        final String lines = reply.headerLines();
        exchange.respond(
                reply.status(),
                json == null ? null : MediaTypes.JSON,
                json == null
                        ? Unpooled.EMPTY_BUFFER
                        : ByteBufUtil.writeUtf8(exchange.channel().alloc(), json),
                lines == null ? NO_STORE : NO_STORE + lines);
    }

    /** Takes a body in and waits for the command's turn. */
    private final class CollectedBody implements Exchange.BodyConsumer {
        private static final byte[] NOTHING = {};

        private final Exchange exchange;
        private final int lengthMax;
        private final Function<byte[], Command> reading;
        private final BiConsumer<Exchange, Reply> whenDone;
        private byte[] body = NOTHING;
        private int length;
        private boolean isOver; // answered, or nobody waits for an answer

        CollectedBody(
                final Exchange exchange,
                final int lengthMax,
                final Function<byte[], Command> reading,
                final BiConsumer<Exchange, Reply> whenDone) {
            this.exchange = exchange;
            this.lengthMax = lengthMax;
            this.reading = reading;
            this.whenDone = whenDone;
        }

        @Override
        public void onBytes(final ByteBuf bytes) {
            if (isOver) {
                return; // refused: the rest is thrown away
            }
            final int added = bytes.readableBytes();
            if (length + added > lengthMax) {
                refuse(
                        new Problem(
                                413, "the body must not have more than " + lengthMax + " bytes"));
                return;
            }
            if (collectedLength + added > COLLECTED_LENGTH_MAX) {
                refuse(new Problem(503, "too many requests with bodies are under way"));
                return;
            }
            if (length + added > body.length) {
                body = java.util.Arrays.copyOf(body, Math.max(length + added, 2 * body.length));
            }
            bytes.readBytes(body, length, added);
            length += added;
            collectedLength += added;
        }

        @Override
        public void onEnd() {
            if (isOver) {
                return;
            }
            final byte[] text = java.util.Arrays.copyOf(body, length);
            letGo();
            final Command command;
            try {
                command = reading.apply(text);
            } catch (final RuntimeException ex) {
                exchange.fail(ex);
                return;
            }
            final CommandTurns turns = CommandTurns.of(exchange.channel());
            turns.start(() -> commands.run(command, new Answering(exchange, turns, whenDone)));
        }

        @Override
        public void onAbort() {
            letGo();
        }

        @Override
        public void onStop() {
            if (!isOver) {
                refuse(new Problem(503, "the server stops: nothing was done"));
            }
        }

        private void refuse(final Problem problem) {
            letGo();
            exchange.respond(problem);
        }

        private void letGo() {
            isOver = true;
            collectedLength -= length;
            length = 0;
            body = NOTHING;
        }
    }

    /** Answers a request when its command has ended. */
    private record Answering(
            Exchange exchange, CommandTurns turns, BiConsumer<Exchange, Reply> whenDone)
            implements Commands.Asker {
        @Override
        public void onDone(final Reply reply) {
            end(() -> whenDone.accept(exchange, reply));
        }

        @Override
        public void onRefused(final Problem problem) {
            end(() -> exchange.respond(problem));
        }

        /** However the answer fails, the connection's next command has its turn. */
        private void end(final Runnable answer) {
            try {
                answer.run();
            } catch (final RuntimeException | InternalError | OutOfMemoryError ex) {
                exchange.fail(ex);
            } finally {
                turns.end();
            }
        }
    }
}
