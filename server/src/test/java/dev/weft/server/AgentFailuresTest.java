package dev.weft.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.journal.JournalException;
import dev.weft.server.runtime.WriterAgent;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.lang.reflect.Constructor;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;

class AgentFailuresTest {
    private static final Agent READER = new Named();
    private static final Agent WRITER = new Writer();

    private static class Named implements Agent {
        @Override
        public int doWork() {
            return 0;
        }

        @Override
        public String roleName() {
            return "any";
        }
    }

    private static final class Writer extends Named implements WriterAgent {}

    private final AgentFailures failures = new AgentFailures();

    @Test
    void shouldGoOnAfterWhatOneRequestMayCauseOnTheWayOut() throws Exception {
        final Constructor<OutOfDirectMemoryError> noBuffers =
                OutOfDirectMemoryError.class.getDeclaredConstructor(String.class);
        noBuffers.setAccessible(true);
        assertThat(failures.onError(READER, new InternalError("bad sector"))).isTrue();
        assertThat(failures.onError(READER, noBuffers.newInstance("no buffers"))).isTrue();
        assertThat(failures.onError(READER, new IllegalStateException("a bug"))).isTrue();
        assertThat(failures.onError(READER, new JournalException(false, "damaged"))).isTrue();
        assertThat(failures.fatal()).isNotDone();
        assertThat(failures.survivedCount()).isEqualTo(4);
    }

    @Test
    void shouldStopAfterAnythingOnTheWayIn() {
        assertThat(failures.onError(WRITER, new IllegalStateException("a bug"))).isFalse();
        assertThat(failures.fatal()).isDone();
    }

    @Test
    void shouldStopWhenTheMachineItselfIsInTrouble() {
        assertThat(failures.onError(READER, new OutOfMemoryError("Java heap space"))).isFalse();
        assertThat(new AgentFailures().onError(READER, new StackOverflowError())).isFalse();
        assertThat(new AgentFailures().onError(READER, new JournalException(true, "gone")))
                .isFalse();
    }
}
