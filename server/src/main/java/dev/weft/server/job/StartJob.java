package dev.weft.server.job;

import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.index.EventIndex;
import dev.weft.server.sequencer.Precondition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a job that waits: {@code job.started}, and {@code step.started} of the one step that its
 * command is. Nothing is appended if somebody ended or started it meanwhile.
 */
final class StartJob implements Command {
    private static final Reply DONE = new Reply(204, null);

    private final String id;
    private JobReading reading;
    private @Nullable String command;
    private boolean isStarted;

    StartJob(final String id) {
        this.id = id;
        reading = new JobReading(id);
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        final Job job = reading.upTo(index, head);
        if (job == null) {
            return null;
        }
        reading = new JobReading(id); // if it is asked again, then from the beginning
        final String named = job.command();
        if (named == null || job.status().compareTo(JobStatus.RUNNING) >= 0) {
            return Decision.reply(DONE);
        }
        command = named;
        return Decision.append(
                List.of(
                        JobEvents.ofServer(JobEvents.STARTED, id)
                                .data(
                                        new JsonMembers()
                                                .begin()
                                                .text("command", named)
                                                .end()
                                                .toString()),
                        JobEvents.ofServer(JobEvents.STEP_STARTED, id)
                                .stepId(JobProcess.STEP)
                                .data(
                                        new JsonMembers()
                                                .begin()
                                                .text("stepId", JobProcess.STEP)
                                                .text("name", named)
                                                .text("phase", "execution")
                                                .text("type", "command")
                                                .end()
                                                .toString())),
                Precondition.change(JobEvents.subject(id), head),
                appended -> {
                    isStarted = true;
                    return DONE;
                });
    }

    /** Name of what it runs; null if it is not to be started. */
    @Nullable String command() {
        return isStarted ? command : null;
    }
}
