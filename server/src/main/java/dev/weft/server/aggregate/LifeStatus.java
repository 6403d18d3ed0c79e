package dev.weft.server.aggregate;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an agent or a workflow is. Its events are named by whoever publishes them, so it is the
 * last word of the type that tells: {@code agent.planner.started}, {@code workflow_completed}.
 */
enum LifeStatus {
    PENDING,
    RUNNING,
    PAUSED,
    COMPLETED,
    FAILED,
    CANCELLED;

    private static final Map<String, LifeStatus> BY_WORD = new HashMap<>();

    static {
        words(PENDING, "created", "pending", "queued", "scheduled");
        words(RUNNING, "started", "start", "starting", "running", "resumed", "resume");
        words(PAUSED, "paused", "pause", "waiting", "suspended");
        words(COMPLETED, "completed", "complete", "finished", "succeeded", "done", "end", "ended");
        words(FAILED, "failed", "fail", "crashed", "aborted");
        words(CANCELLED, "cancelled", "canceled", "cancel", "stopped", "terminated");
    }

    private static void words(final LifeStatus status, final String... words) {
        for (final String word : words) {
            BY_WORD.put(word, status);
        }
    }

    /** What an event of such a type says about it; null if nothing. */
    static @Nullable LifeStatus of(final String type) {
        int begin = type.length();
        while (begin > 0 && Character.isLetter(type.charAt(begin - 1))) {
            begin--;
        }
        final String word = type.substring(begin);
        final LifeStatus whole = BY_WORD.get(word.toLowerCase(Locale.ROOT));
        if (whole != null) {
            return whole;
        }
        int capital = word.length() - 1; // WorkflowCompleted
        while (capital > 0 && !Character.isUpperCase(word.charAt(capital))) {
            capital--;
        }
        return BY_WORD.get(word.substring(Math.max(0, capital)).toLowerCase(Locale.ROOT));
    }
}
