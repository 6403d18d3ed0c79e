package dev.weft.server.bridge.valkey;

import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is with a consumer group: a key that its holder renews and that ends by itself. Two
 * bridges on one group would take entries from each other, and their order would be lost. Reading
 * from the group is one script together with the look at that key, so nobody who has lost it takes
 * an entry more. For one session; renewed by a thread of its own.
 */
public final class GroupLock implements AutoCloseable {
    private static final long TIME_TO_LIVE_MS = 6_000;
    private static final long RENEWED_EVERY_MS = 1_500;
    private static final long MARGIN_MS = 1_500; // clocks and pauses

    private static final String RENEW =
            "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end"
                    + " return redis.call('PEXPIRE', KEYS[1], ARGV[2])";
    private static final String RELEASE =
            "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end"
                    + " return redis.call('DEL', KEYS[1])";
    private static final String GUARDED =
            "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('WEFTLOCK"
                    + " another bridge has the consumer group') end"
                    + " return redis.call(unpack(ARGV, 2))";

    private final ValkeyConnection connection;
    private final String key;
    private final String holder;
    private volatile long renewedNs; // written by its own thread once it is held
    private volatile boolean held;
    private @Nullable ScheduledExecutorService renewing;

    public GroupLock(
            final ValkeyConnection connection,
            final String bridge,
            final String group,
            final String holder) {
        this.connection = connection;
        this.holder = holder;
        key = "weft:bridge:" + bridge + ':' + group;
    }

    /** Takes it if nobody has it. */
    public boolean acquire() {
        final long nowNs = System.nanoTime();
        final List<Object> answer =
                connection.call(CommandType.SET, key, holder, "NX", "PX", TIME_TO_LIVE_MS);
        if (ValkeyConnection.isNothing(answer)) {
            return false;
        }
        renewedNs = nowNs;
        held = true;
        final ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            final Thread thread = new Thread(task, "weft-valkey-own");
                            thread.setDaemon(true);
                            return thread;
                        });
        renewing = executor;
        executor.scheduleWithFixedDelay(
                this::renew, RENEWED_EVERY_MS, RENEWED_EVERY_MS, TimeUnit.MILLISECONDS);
        return true;
    }

    private void renew() {
        final long nowNs = System.nanoTime();
        try {
            final List<Object> answer =
                    connection.call(CommandType.EVAL, RENEW, 1, key, holder, TIME_TO_LIVE_MS);
            if (Long.valueOf(1).equals(answer.get(0))) {
                renewedNs = nowNs;
            } else {
                held = false;
            }
        } catch (final RuntimeException ex) {
            // Not renewed: it runs out, or the session ends by the same break.
        }
    }

    /** Whether nobody else can have it now. Any thread. */
    public boolean isHeld() {
        return held
                && System.nanoTime() - renewedNs
                        < TimeUnit.MILLISECONDS.toNanos(TIME_TO_LIVE_MS - MARGIN_MS);
    }

    /**
     * The words of a command that is carried out only as long as this is held, for {@code EVAL}.
     *
     * @param words of the command, its name first.
     */
    public Object[] guarded(final Object... words) {
        return new Object[] {GUARDED, 1, key, holder, List.of(words)};
    }

    @Override
    public void close() {
        final ScheduledExecutorService executor = renewing;
        if (executor == null) {
            return;
        }
        executor.shutdownNow();
        held = false;
        try {
            connection.call(CommandType.EVAL, RELEASE, 1, key, holder);
        } catch (final RuntimeException ex) {
            // It runs out by itself.
        }
    }
}
