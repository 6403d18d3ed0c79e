package dev.weft.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AcceptGuardTest {
    private final IOException noDescriptor = new IOException("Too many open files");

    private final AtomicLong nanoTime = new AtomicLong(1);
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong pauses = new AtomicLong();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    new AcceptGuard(connections, 3, pauses::incrementAndGet, nanoTime::get));
    private final Logger logger = (Logger) LoggerFactory.getLogger(AcceptGuard.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        channel.freezeTime();
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        logger.setLevel(null);
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldTellOnceAMinuteThatNothingCanBeAcceptedAndTryAgainEachSecond() {
        for (int second = 0; second < 90; second++) {
            assertThat(channel.config().isAutoRead()).as("second %d", second).isTrue();
            channel.pipeline().fireExceptionCaught(noDescriptor);
            assertThat(channel.config().isAutoRead()).as("second %d", second).isFalse();
            pass(AcceptGuard.FAILED_PAUSE_NS);
        }
        assertThat(pauses).hasValue(90);
        assertThat(log.list).hasSize(2);
        assertThat(log.list)
                .allSatisfy(line -> assertThat(line.getThrowableProxy()).as("no trace").isNull());
        assertThat(log.list.get(0).getFormattedMessage())
                .contains("reason=Too many open files")
                .contains("pauses=1");
        assertThat(log.list.get(1).getFormattedMessage()).contains("pauses=61");
        channel.checkException(); // and nobody behind it was bothered
    }

    @Test
    void shouldSayThatItGoesOn() {
        channel.pipeline().fireExceptionCaught(noDescriptor);
        pass(AcceptGuard.TELL_INTERVAL_NS);
        channel.writeInbound("accepted");
        channel.writeInbound("accepted");
        assertThat(log.list).hasSize(2);
        assertThat(log.list.get(1).getFormattedMessage()).contains("accepted again");
    }

    /** Its loop may be busy with others: nobody but the listener knows of the new ones so far. */
    @Test
    void shouldAcceptNothingWhileThereAreTooManyConnections() {
        final EmbeddedChannel first = new EmbeddedChannel();
        final EmbeddedChannel second = new EmbeddedChannel();
        channel.writeInbound(first, second);
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.writeInbound(new EmbeddedChannel(), new EmbeddedChannel());
        assertThat(connections).hasValue(4);
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(pauses).as("a burst counts once").hasValue(1);
        pass(AcceptGuard.FULL_PAUSE_NS);
        assertThat(channel.config().isAutoRead()).isFalse();
        first.close();
        pass(AcceptGuard.FULL_PAUSE_NS);
        assertThat(channel.config().isAutoRead()).isFalse();
        second.close();
        pass(AcceptGuard.FULL_PAUSE_NS);
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(connections).hasValue(2);
        assertThat(log.list).hasSize(1);
    }

    private void pass(final long time) {
        nanoTime.addAndGet(time);
        channel.advanceTimeBy(time, TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }
}
