package dev.weft.server.job;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.record.RecordView;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One job, folded from its events in their order. The first event that ends it counts, whatever
 * follows changes nothing. It never goes back: a job that runs is not queued by an event that comes
 * late. Thread: query.
 */
final class Job {
    /** Steps that are told apart; further ones are not kept. */
    static final int STEPS_MAX = 10_000;

    /** Steps that stand in the job itself; the others are on the pages of its steps. */
    static final int STEPS_SHOWN_MAX = 1_000;

    private static final long US_PER_MS = 1_000;

    private final String id;
    private final boolean withSteps;
    private final Map<String, Step> steps;
    private JobStatus status = JobStatus.PENDING;
    private @Nullable String name;
    private @Nullable String type;
    private @Nullable String command;
    private @Nullable String retryOf;
    private @Nullable String error;
    private long exitCode = Payload.NONE;
    private boolean isCreated;
    private boolean isRunHere; // its command, by this server
    private boolean isStartedHere;
    private long firstSequence;
    private long lastSequence;
    private long endSequence;
    private @Nullable String endId;
    private @Nullable String endType;
    private long createdUs;
    private long startedUs;
    private long endedUs;
    private long durationMs = Payload.NONE;
    private Payload created = Payload.EMPTY;

    /**
     * One of which nothing is known.
     *
     * @param withSteps whether its steps, and what it was created with, are kept.
     */
    Job(final String id, final boolean withSteps) {
        this.id = id;
        this.withSteps = withSteps;
        steps = withSteps ? new LinkedHashMap<>() : Map.of();
    }

    /** One that was just made. */
    static Job queued(final String id, final Payload created, final long timestampUs) {
        final Job job = new Job(id, true);
        job.create(created);
        job.createdUs = timestampUs;
        job.reach(JobStatus.QUEUED);
        return job;
    }

    String id() {
        return id;
    }

    JobStatus status() {
        return status;
    }

    @Nullable String type() {
        return type;
    }

    /** Name of the configured command that it runs, null if others do its work. */
    @Nullable String command() {
        return isRunHere ? command : null;
    }

    /** Whether the server itself has begun to run its command. */
    boolean isStartedHere() {
        return isStartedHere;
    }

    /** Sequence of the event that it ended with, 0 if it has not. */
    long endSequence() {
        return endSequence;
    }

    /** Id of that event, null if it has not ended. */
    @Nullable String endId() {
        return endId;
    }

    /** Type of that event, null if it has not ended. */
    @Nullable String endType() {
        return endType;
    }

    /** Sequence of the first event that it is made of. */
    long firstSequence() {
        return firstSequence;
    }

    /** Sequence of the last event that it is made of. */
    long lastSequence() {
        return lastSequence;
    }

    /** What its {@code job.created} says. */
    Payload created() {
        return created;
    }

    Collection<Step> steps() {
        return steps.values();
    }

    /**
     * Takes an event in.
     *
     * @param view of the record, too.
     */
    void on(final BlockFlyweight block, final int index, final RecordView view) {
        final String kind = view.text(RecordDescriptor.TYPE_OFFSET);
        final long sequence = view.sequence();
        firstSequence = firstSequence == 0 ? sequence : firstSequence;
        lastSequence = sequence;
        if (kind == null || status.isOver()) {
            return;
        }
        final long time = view.timestampUs();
        createdUs = createdUs == 0 ? time : createdUs;
        final Payload payload =
                withSteps || kind.startsWith("job.") ? Payload.of(block, index) : Payload.EMPTY;
        switch (kind) {
            case JobEvents.CREATED -> {
                if (!isCreated) {
                    create(payload);
                    isRunHere = command != null && view.isServers(); // not who names one himself
                }
            }
            case JobEvents.QUEUED -> reach(JobStatus.QUEUED);
            case JobEvents.STARTED -> {
                run(time);
                isStartedHere |= view.isServers();
            }
            case JobEvents.COMPLETED, JobEvents.FAILED, JobEvents.CANCELLED ->
                    end(JobEvents.end(kind), payload, view);
            default -> onStep(kind, payload, view);
        }
    }

    private void create(final Payload payload) {
        isCreated = true;
        name = payload.text("name");
        type = payload.text("type");
        command = payload.text("command");
        retryOf = payload.text("retry_of");
        if (withSteps) {
            created = payload;
            for (final JsonNode each : payload.elements("steps")) {
                final Payload announced = new Payload(each);
                final Step step = step(announced.text("stepId"));
                if (step != null) {
                    step.announce(announced);
                }
            }
        }
    }

    private void reach(final JobStatus next) {
        if (next.compareTo(status) > 0) {
            status = next;
        }
    }

    private void run(final long time) {
        reach(JobStatus.RUNNING);
        startedUs = startedUs == 0 ? time : startedUs;
    }

    private void end(final JobStatus end, final Payload payload, final RecordView view) {
        final long time = view.timestampUs();
        reach(end);
        endSequence = view.sequence();
        endId = view.text(RecordDescriptor.ID_OFFSET);
        endType = view.text(RecordDescriptor.TYPE_OFFSET);
        endedUs = time;
        exitCode = payload.number("exit_code");
        error = payload.text("error", Payload.LONG_TEXT_MAX);
        if (error == null) {
            error = payload.text("reason", Payload.LONG_TEXT_MAX);
        }
        durationMs = payload.number("duration_ms");
        if (durationMs == Payload.NONE && startedUs > 0) {
            durationMs = (time - startedUs) / US_PER_MS;
        }
        for (final Step step : steps.values()) {
            step.endWith(end, time);
        }
    }

    private void onStep(final String kind, final Payload payload, final RecordView view) {
        final long time = view.timestampUs();
        run(time);
        if (!withSteps) {
            return;
        }
        final String named = payload.text("stepId");
        final Step step = step(named == null ? view.text(RecordDescriptor.STEP_ID_OFFSET) : named);
        if (step == null) {
            return;
        }
        switch (kind) {
            case JobEvents.STEP_STARTED -> step.start(payload, time);
            case JobEvents.STEP_PROGRESS -> step.progress(payload);
            case JobEvents.STEP_COMPLETED -> step.end(payload, StepStatus.COMPLETED, time);
            default -> step.end(payload, StepStatus.FAILED, time);
        }
    }

    /** The step of an id; null if there is no id, or too many are known. */
    private @Nullable Step step(final @Nullable String stepId) {
        if (stepId == null || stepId.isEmpty()) {
            return null;
        }
        final Step known = steps.get(stepId);
        if (known != null || steps.size() >= STEPS_MAX) {
            return known;
        }
        final Step added = new Step(stepId);
        steps.put(stepId, added);
        return added;
    }

    /** Writes its members, without braces. */
    void write(final JsonMembers json) {
        json.text("id", id);
        json.text("name", name);
        json.text("type", type);
        json.constant("status", status);
        json.text("command", command);
        json.time("created_at", createdUs);
        json.time("started_at", startedUs);
        json.time("finished_at", endedUs);
        json.number("duration_ms", durationMs);
        json.number("exit_code", exitCode);
        json.text("error", error);
        json.text("retry_of", retryOf);
    }

    /**
     * Writes all of it, without braces: its members, what came after it, its steps.
     *
     * @param retriedAs id of the job that does it again, or null.
     */
    void writeAll(final JsonMembers json, final @Nullable String retriedAs) {
        write(json);
        json.text("retried_as", retriedAs);
        writeStepCounts(json);
        json.beginArray("steps");
        int shown = 0;
        for (final Step step : steps.values()) {
            if (shown++ == STEPS_SHOWN_MAX) {
                break;
            }
            step.write(json);
        }
        json.endArray();
    }

    private void writeStepCounts(final JsonMembers json) {
        final Map<StepStatus, Integer> counts = new EnumMap<>(StepStatus.class);
        for (final Step step : steps.values()) {
            counts.merge(step.status(), 1, Integer::sum);
        }
        json.object("step_counts").number("total", steps.size());
        for (final StepStatus each : StepStatus.values()) {
            json.number(each.name().toLowerCase(Locale.ROOT), counts.getOrDefault(each, 0));
        }
        json.end();
    }
}
