package dev.weft.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The reads of one connection, which take turns. */
class ConnectionReadsTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ConnectionReads reads = ConnectionReads.of(channel);
    private final List<Integer> started = new ArrayList<>();

    private void startThree() {
        for (int i = 0; i < 3; i++) {
            final int number = i;
            reads.start(() -> started.add(number));
        }
        assertThat(started).containsExactly(0, 1);
    }

    private void end() {
        reads.end();
        channel.runPendingTasks();
    }

    @Test
    void shouldStartTheNextOneWhenOneHasEnded() {
        startThree();
        end();
        assertThat(started).containsExactly(0, 1, 2);
        assertThat(ConnectionReads.of(channel)).isSameAs(reads);
        channel.close();
    }

    @Test
    void shouldStartNothingForAClientThatIsGone() {
        startThree();
        channel.close();
        end();
        assertThat(started).containsExactly(0, 1);
    }
}
