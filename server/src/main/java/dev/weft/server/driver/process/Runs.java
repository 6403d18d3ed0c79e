package dev.weft.server.driver.process;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs that a process was given and has not ended, in their order: the first one is what a line
 * belongs to that does not say. Thread: {@code weft-drive}.
 */
final class Runs {
    /** Code of a run that never got to the process. */
    static final String NOT_PASSED_ON = "NOT_PASSED_ON";

    /** Code of a run that the process had not ended when it ended itself. */
    static final String COMMAND_ENDED = "COMMAND_ENDED";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static final int ENDED_MAX = 256;

    private final ArrayDeque<String> open = new ArrayDeque<>();
    private final ArrayDeque<String> ended = new ArrayDeque<>(); // by their own names, the last few

    void add(final String runId) {
        open.add(runId);
    }

    /** What is under way; null if nothing is. */
    @Nullable String current() {
        return open.peek();
    }

    /** Whether the process itself has told its end. */
    boolean hasEnded(final String runId) {
        return ended.contains(runId);
    }

    /** Takes notice of a line that was passed on: it may end a run. */
    void onLine(final String line) {
        if (!line.contains("RUN_FINISHED") && !line.contains("RUN_ERROR")) {
            return; // nearly all of them
        }
        final JsonNode event;
        try {
            event = JSON.readTree(line);
        } catch (final JacksonException ex) {
            return;
        }
        final String type = event.path("type").asString("");
        if (type.equals("RUN_FINISHED") || type.equals("RUN_ERROR")) {
            final String stated = event.path("runId").asString("");
            final boolean isKnown = !stated.isEmpty() && open.remove(stated);
            final String over = isKnown ? stated : open.poll();
            if (over != null) {
                ended.add(over);
                if (ended.size() > ENDED_MAX) {
                    ended.poll();
                }
            }
        }
    }

    void removeCurrent() {
        open.poll();
    }
}
