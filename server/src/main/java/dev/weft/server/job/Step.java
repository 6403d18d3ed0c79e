package dev.weft.server.job;

import org.jspecify.annotations.Nullable;

/** One step of a job as its events say. The first end that it is told counts. Thread: query. */
final class Step {
    private static final long US_PER_MS = 1_000;

    private final String id;
    private @Nullable String name;
    private @Nullable StepPhase phase;
    private @Nullable StepType type;
    private StepStatus status = StepStatus.PENDING;
    private long progress = Payload.NONE;
    private long startedUs;
    private long endedUs;
    private long durationMs = Payload.NONE;
    private long exitCode = Payload.NONE;
    private @Nullable String error;

    Step(final String id) {
        this.id = id;
    }

    StepStatus status() {
        return status;
    }

    /** It is known before it starts. */
    void announce(final Payload payload) {
        final String itsName = payload.text("name");
        final StepPhase itsPhase = payload.constant("phase", StepPhase.class);
        final StepType itsType = payload.constant("type", StepType.class);
        name = itsName == null ? name : itsName;
        phase = itsPhase == null ? phase : itsPhase;
        type = itsType == null ? type : itsType;
    }

    void start(final Payload payload, final long timestampUs) {
        announce(payload);
        if (status == StepStatus.PENDING) {
            status = StepStatus.RUNNING;
            startedUs = timestampUs;
        }
    }

    void progress(final Payload payload) {
        final long value = payload.number("progress");
        if (value >= 0 && value <= 100 && !status.isOver()) {
            progress = value;
        }
    }

    /**
     * It has ended.
     *
     * @param otherwise how, if the payload does not say.
     */
    void end(final Payload payload, final StepStatus otherwise, final long timestampUs) {
        if (status.isOver()) {
            return;
        }
        announce(payload);
        final StepStatus said = payload.constant("status", StepStatus.class);
        status = said != null && said.isOver() ? said : otherwise;
        exitCode = payload.number("exit_code");
        error = payload.text("error", Payload.LONG_TEXT_MAX);
        endedUs = timestampUs;
        durationMs = payload.number("duration_ms");
        if (durationMs == Payload.NONE && startedUs > 0) {
            durationMs = (timestampUs - startedUs) / US_PER_MS;
        }
    }

    /** Its job has ended, and it with it. */
    void endWith(final JobStatus job, final long timestampUs) {
        if (status == StepStatus.PENDING) {
            status = StepStatus.SKIPPED;
        } else if (status == StepStatus.RUNNING) {
            end(
                    Payload.EMPTY,
                    job == JobStatus.COMPLETED ? StepStatus.COMPLETED : StepStatus.FAILED,
                    timestampUs);
        }
    }

    void write(final JsonMembers json) {
        json.begin();
        json.text("stepId", id);
        json.text("name", name);
        json.constant("phase", phase);
        json.constant("type", type);
        json.constant("status", status);
        json.number("progress", progress);
        json.time("started_at", startedUs);
        json.time("finished_at", endedUs);
        json.number("duration_ms", durationMs);
        json.number("exit_code", exitCode);
        json.text("error", error);
        json.end();
    }
}
