package dev.weft.server.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.control.CommandsByHand;
import dev.weft.server.index.IndexField;
import dev.weft.server.ingest.EventBuilder;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job that is begun, or ended, while somebody else is about to do it. */
class StartJobTest {
    private final CommandsByHand hand = new CommandsByHand(1_024);

    @AfterEach
    void close() {
        hand.close();
    }

    private String create(final String body) {
        final String json =
                hand.ask(NewJob.command(body.replace('\'', '"').getBytes(UTF_8), Set.of("c")))
                        .json();
        return json.replaceFirst("^\\{\"id\":\"([^\"]+)\".*", "$1");
    }

    private void tell(final String id, final String type) {
        hand.append(new EventBuilder(type).sourceKind("cdp").subject(JobEvents.subject(id)));
    }

    @Test
    void shouldStartOnceWhatNamesACommand() {
        final String id = create("{'name':'n','command':'c'}");
        final StartJob first = new StartJob(id);
        hand.ask(first);
        assertThat(first.command()).isEqualTo("c");
        final StartJob second = new StartJob(id);
        hand.ask(second);
        assertThat(second.command()).as("somebody was faster").isNull();
        assertThat(hand.types())
                .containsExactly("job.created", "job.queued", "job.started", "step.started");
    }

    @Test
    void shouldNotStartWhatIsOverOrNamesNoCommand() {
        final String cancelled = create("{'name':'n','command':'c'}");
        tell(cancelled, JobEvents.CANCELLED);
        final StartJob late = new StartJob(cancelled);
        hand.ask(late);
        final StartJob ofOthers = new StartJob(create("{'name':'n'}"));
        hand.ask(ofOthers);
        assertThat(late.command()).isNull();
        assertThat(ofOthers.command()).isNull();
        assertThat(hand.types()).doesNotContain("job.started");
    }

    @Test
    void shouldTellTheEndOfAJobOnce() {
        final String id = create("{'name':'n','command':'c'}");
        final EndJob.End end = new EndJob.End(0, 5, null);
        hand.ask(new EndJob(id, end));
        hand.ask(new EndJob(id, end));
        final String cancelled = create("{'name':'n','command':'c'}");
        tell(cancelled, JobEvents.CANCELLED);
        hand.ask(new EndJob(cancelled, end));
        assertThat(hand.types()).filteredOn(JobEvents.COMPLETED::equals).hasSize(1);
    }

    /** Others may name the end of a job as the cause of what is no job. */
    @Test
    void shouldRetryAJobThatOnlyLooksRetried() {
        final String id = create("{'name':'n'}");
        hand.append(
                new EventBuilder(JobEvents.FAILED)
                        .sourceKind("cdp")
                        .id("the-end")
                        .subject(JobEvents.subject(id)),
                new EventBuilder(JobEvents.CREATED)
                        .sourceKind("cdp")
                        .causationId("the-end")
                        .subject("note/x"));
        assertThat(hand.ask(new RetryJob(id, new byte[0])).json()).contains("\"retry_of\":\"" + id);
        assertThat(hand.ask(new RetryJob(id, new byte[0])).refusal())
                .startsWith("409 it was retried already, as ");
    }

    /** It ran for longer than the journal goes back. */
    @Test
    void shouldTellTheEndOfAJobWhoseBeginIsDeleted() {
        final String id = create("{'name':'n','command':'c'}");
        hand.append(new EventBuilder("other"));
        hand.core().journal().trim(hand.core().journal().appendedSequence());
        hand.ask(new EndJob(id, new EndJob.End(0, 5, null)));
        assertThat(hand.count(JobEvents.all(id).where(IndexField.TYPE, JobEvents.COMPLETED)))
                .isEqualTo(1);
    }
}
