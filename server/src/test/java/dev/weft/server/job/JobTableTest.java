package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.server.fanout.Fabric;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobTableTest {
    private final Fabric fabric = new Fabric(1 << 20);
    private final JobTable table = new JobTable(3);

    private void on(final long sequence, final String job, final String type) {
        final BlockFlyweight block =
                fabric.block(
                        sequence,
                        List.of("{\"type\":\"" + type + "\",\"subject\":\"job/" + job + "\"}"));
        table.on(block, 0, sequence);
    }

    private List<String> jobs() {
        return table.before(Long.MAX_VALUE).values().stream()
                .map(job -> job.id() + " " + job.status())
                .toList();
    }

    @Test
    void shouldHoldTheNewestAndForgetTheEldest() {
        for (int i = 1; i <= 5; i++) {
            on(i, "j" + i, "job.created");
        }
        on(6, "j4", "job.completed");
        assertThat(jobs()).containsExactly("j5 PENDING", "j4 COMPLETED", "j3 PENDING");
    }

    @Test
    void shouldForgetWhatRetentionTook() {
        on(1, "a", "job.created");
        on(2, "b", "job.created");
        on(3, "c", "job.created");
        on(9, "b", "job.completed");
        table.onOldest(5);
        assertThat(jobs()).containsExactly("b COMPLETED");
    }
}
