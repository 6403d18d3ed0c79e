package dev.weft.server.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.protocol.event.EventRules;
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

    /** Its process would be ended else, as that of a job which is over. */
    @Test
    void shouldNotForgetWhatRunsHereHoweverManyComeAfterIt() {
        final Fabric servers =
                new Fabric(1 << 20, EventRules.forCallers(List.of(), List.of()).forServer());
        table.on(
                servers.block(
                        1,
                        List.of(
                                "{\"type\":\"job.created\",\"subject\":\"job/own\","
                                        + "\"source\":{\"kind\":\"kernel_api\"},"
                                        + "\"data\":{\"name\":\"n\",\"command\":\"c\"}}")),
                0,
                1);
        for (int i = 2; i <= 9; i++) {
            on(i, "j" + i, "job.created");
        }
        on(10, "own", "job.started");
        assertThat(table.open())
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.id()).isEqualTo("own");
                            assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
                        });
        assertThat(jobs()).hasSize(3);
        table.onOldest(100);
        assertThat(table.open()).as("longer than the journal goes back").hasSize(1);
        on(11, "own", "job.completed");
        assertThat(table.open()).isEmpty();
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

    @Test
    void shouldKnowWhoseCommandHasEnded() {
        final Fabric servers =
                new Fabric(1 << 20, EventRules.forCallers(List.of(), List.of()).forServer());
        table.on(
                servers.block(
                        1,
                        List.of(
                                "{\"type\":\"job.created\",\"subject\":\"job/own\","
                                        + "\"source\":{\"kind\":\"kernel_api\"},"
                                        + "\"data\":{\"name\":\"n\",\"command\":\"c\"}}")),
                0,
                1);
        on(2, "others", "job.completed");
        assertThat(table.hasEnded("nobody")).isFalse();
        assertThat(table.hasEnded("others")).as("no command of this server").isFalse();
        assertThat(table.hasEnded("own")).isFalse();
        on(3, "own", "job.cancelled");
        assertThat(table.hasEnded("own")).isTrue();
        for (int i = 4; i <= 7; i++) {
            on(i, "j" + i, "job.created");
        }
        assertThat(table.hasEnded("own")).as("newer ones took its place").isFalse();
    }

    @Test
    void shouldForgetWhatWaitsWhenNothingOfItIsLeft() {
        final Fabric servers =
                new Fabric(1 << 20, EventRules.forCallers(List.of(), List.of()).forServer());
        for (int i = 1; i <= 2; i++) {
            table.on(
                    servers.block(
                            i,
                            List.of(
                                    "{\"type\":\"job.created\",\"subject\":\"job/j"
                                            + i
                                            + "\",\"source\":{\"kind\":\"kernel_api\"},"
                                            + "\"data\":{\"name\":\"n\",\"command\":\"c\"}}")),
                    0,
                    i);
        }
        table.onOldest(2);
        assertThat(table.open())
                .singleElement()
                .satisfies(job -> assertThat(job.id()).isEqualTo("j2"));
        assertThat(jobs()).containsExactly("j2 PENDING");
    }
}
