package dev.weft.server.query;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/**
 * The reads of history that one connection has asked for: at most {@value #UNDER_WAY_MAX} at a time
 * are read or wait to be written, the others stay here, so a client that asks much and reads
 * nothing holds two pages. There are no more than the connection has unanswered requests. Thread:
 * the connection's loop.
 */
final class ConnectionReads {
    static final int UNDER_WAY_MAX = 2;

    private static final AttributeKey<ConnectionReads> KEY =
            AttributeKey.valueOf(ConnectionReads.class, "reads");

    private final Channel channel;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Runnable onDone = this::done;
    private int underWay;

    private ConnectionReads(final Channel channel) {
        this.channel = channel;
    }

    static ConnectionReads of(final Channel channel) {
        final ConnectionReads present = channel.attr(KEY).get();
        if (present != null) {
            return present;
        }
        final ConnectionReads made = new ConnectionReads(channel);
        channel.attr(KEY).set(made);
        return made;
    }

    /** Starts a read now or when it is its turn; each start is ended by {@link #end}. */
    void start(final Runnable read) {
        if (underWay < UNDER_WAY_MAX) {
            underWay++;
            read.run();
        } else {
            waiting.add(read);
        }
    }

    /** One read is over: its bytes are written, or there were none. Any thread. */
    void end() {
        try {
            // Never at once: this may be told in the middle of a write.
            channel.eventLoop().execute(onDone);
        } catch (final RejectedExecutionException ex) {
            waiting.clear(); // the loop has ended, and the client with it
        }
    }

    /** The same bytes; freeing them is the {@link #end} of their read. */
    ByteBuf ending(final ByteBuf bytes) {
        return new Ending(bytes, this);
    }

    private void done() {
        underWay--;
        if (!channel.isActive()) {
            waiting.clear();
        }
        final Runnable next = waiting.poll();
        if (next != null) {
            underWay++;
            next.run();
        }
    }

    private static final class Ending extends CompositeByteBuf {
        private final ConnectionReads reads;

        Ending(final ByteBuf bytes, final ConnectionReads reads) {
            super(bytes.alloc(), true, 1);
            this.reads = reads;
            addComponent(true, bytes);
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            reads.end();
        }
    }
}
