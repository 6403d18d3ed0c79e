package dev.weft.server.job;

import dev.weft.server.control.Command;
import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.http.ProblemException;
import dev.weft.server.index.EventIndex;
import dev.weft.server.sequencer.Precondition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells the end of a job that a command was run for, unless somebody has ended it before. */
final class EndJob implements Command {
    private static final Reply DONE = new Reply(204, null);

    private final String id;
    private final End end;
    private JobReading reading;

    /**
     * How it ended.
     *
     * @param exitCode {@link Payload#NONE} if it had none.
     * @param durationMs {@link Payload#NONE} if nobody knows.
     * @param error null if it ended well.
     */
    record End(long exitCode, long durationMs, @Nullable String error) {}

    EndJob(final String id, final End end) {
        this.id = id;
        this.end = end;
        reading = new JobReading(id);
    }

    @Override
    public @Nullable Decision decide(final EventIndex index, final long head) {
        final boolean isOver;
        try {
            final Job job = reading.upTo(index, head);
            if (job == null) {
                return null;
            }
            isOver = job.status().isOver();
        } catch (final ProblemException ex) {
            reading = new JobReading(id);
            return decision(head); // it ran for longer than the journal goes back
        }
        reading = new JobReading(id); // if it is asked again, then from the beginning
        return isOver ? Decision.reply(DONE) : decision(head);
    }

    private Decision decision(final long head) {
        final boolean isGood = end.error() == null;
        return Decision.append(
                List.of(
                        JobEvents.ofServer(
                                        isGood ? JobEvents.STEP_COMPLETED : JobEvents.STEP_FAILED,
                                        id)
                                .stepId(JobProcess.STEP)
                                .data(
                                        told(
                                                new JsonMembers()
                                                        .begin()
                                                        .text("stepId", JobProcess.STEP)
                                                        .text(
                                                                "status",
                                                                isGood ? "completed" : "failed"))),
                        JobEvents.ofServer(isGood ? JobEvents.COMPLETED : JobEvents.FAILED, id)
                                .data(told(new JsonMembers().begin()))),
                Precondition.change(JobEvents.subject(id), head),
                appended -> DONE);
    }

    private String told(final JsonMembers json) {
        if (end.exitCode() >= 0) {
            json.number("exit_code", end.exitCode());
        }
        if (end.durationMs() >= 0) {
            json.number("duration_ms", end.durationMs());
        }
        if (end.error() != null) {
            json.text("error", end.error());
        }
        return json.end().toString();
    }
}
