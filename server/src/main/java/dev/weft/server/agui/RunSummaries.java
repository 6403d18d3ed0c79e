package dev.weft.server.agui;

import dev.weft.protocol.Limits;
import dev.weft.protocol.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The runs of a session, in the order in which they were first heard of. For one answer: takes the
 * session's events one by one in their order, then writes a page. Keeps the newest {@link
 * #RUNS_MAX} runs; of each on the page, the first 8,192 characters of what the user said. One
 * thread.
 */
public final class RunSummaries {
    /** Runs that are kept: with more, those that were first heard of longest ago are left out. */
    public static final int RUNS_MAX = 10_000;

    private static final long US_PER_MS = 1_000;

    private final Map<String, Run> runs = new LinkedHashMap<>();
    private final int offset;
    private final int limit;
    private int droppedCount;

    /**
     * Knows no run yet.
     *
     * @param offset how many of the runs to leave out, from the first.
     * @param limit how many to write at most; only of these what the user said is kept.
     */
    public RunSummaries(final int offset, final int limit) {
        this.offset = offset;
        this.limit = limit;
    }

    /** Takes the next event. */
    public void on(final StoredEvent event) {
        final String runId = event.runId();
        final AguiType type = AguiType.of(event.type());
        final boolean isRequest = event.type().equals(RunInput.EVENT_TYPE);
        if (runId == null || (type == null && !isRequest)) {
            return;
        }
        final Run run = runs.computeIfAbsent(runId, id -> new Run(isOnPage(total())));
        if (type == null) {
            run.asked(AguiJson.stored(event.json()));
        } else {
            run.on(type, event);
        }
        if (runs.size() > RUNS_MAX) {
            final Iterator<Run> eldest = runs.values().iterator();
            eldest.next();
            eldest.remove();
            droppedCount++;
        }
    }

    private boolean isOnPage(final int index) {
        return index >= offset && index - offset < limit;
    }

    /** How many runs there are, also those that are left out. */
    public int total() {
        return runs.size() + droppedCount;
    }

    /** Writes {@code {session_id, runs, total}}. */
    public byte[] page(final String sessionId) {
        final StringBuilder json = new StringBuilder(1_024).append("{\"session_id\":");
        JsonText.quote(json, sessionId);
        json.append(",\"runs\":[");
        final String[] separator = {""};
        runs.entrySet().stream()
                .skip(Math.max(0, offset - droppedCount))
                .limit(limit)
                .forEach(
                        run -> {
                            json.append(separator[0]);
                            run.getValue().write(run.getKey(), json);
                            separator[0] = ",";
                        });
        json.append("],\"total\":").append(total()).append('}');
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** One run. */
    private static final class Run {
        private final boolean isShown; // else nothing is kept that can be long
        private long startedAtMs;
        private long finishedAtMs;
        private String status = "running";
        private long eventCount;
        private @Nullable String stated; // what a TEXT_MESSAGE_START itself says
        private @Nullable String asked; // the last message of the user that the run was asked with
        private @Nullable String spokenId;
        private final StringBuilder spoken = new StringBuilder(); // the first message of a user

        Run(final boolean isShown) {
            this.isShown = isShown;
        }

        void on(final AguiType type, final StoredEvent event) {
            eventCount++;
            switch (type) {
                case RUN_STARTED -> {
                    final ObjectNode tree = AguiJson.stored(event.json());
                    startedAtMs = time(tree, event);
                    asked(tree == null ? null : tree.get("input"));
                }
                case RUN_FINISHED, RUN_ERROR -> {
                    finishedAtMs = time(AguiJson.stored(event.json()), event);
                    status = type == AguiType.RUN_ERROR ? "error" : "completed";
                }
                case TEXT_MESSAGE_START -> started(AguiJson.stored(event.json()));
                case TEXT_MESSAGE_CONTENT -> {
                    if (spokenId != null) {
                        said(AguiJson.stored(event.json()));
                    }
                }
                default -> {}
            }
        }

        void asked(final @Nullable JsonNode input) {
            final JsonNode messages = input == null ? null : input.get("messages");
            if (!isShown || messages == null || !messages.isArray()) {
                return;
            }
            for (final JsonNode message : messages) {
                final JsonNode content = message.get("content");
                if ("user".equals(AguiJson.text(message, "role")) && content != null) {
                    final String text = RunInput.text(content);
                    asked = text == null || text.isEmpty() ? asked : cut(text);
                }
            }
        }

        private void started(final @Nullable ObjectNode tree) {
            if (!isShown || tree == null || !"user".equals(AguiJson.text(tree, "role"))) {
                return;
            }
            final String content = AguiJson.text(tree, "content");
            if (stated == null && content != null && !content.isEmpty()) {
                stated = cut(content);
            }
            if (spokenId == null) {
                spokenId = AguiJson.text(tree, "messageId");
            }
        }

        private void said(final @Nullable ObjectNode tree) {
            final String delta = tree == null ? null : AguiJson.text(tree, "delta");
            if (tree != null
                    && delta != null
                    && String.valueOf(spokenId).equals(AguiJson.text(tree, "messageId"))
                    && spoken.length() < Limits.MESSAGE_CHARACTERS_MAX) {
                final int room = Limits.MESSAGE_CHARACTERS_MAX + 1 - spoken.length();
                spoken.append(delta, 0, Math.min(delta.length(), room)); // cut when it is written
            }
        }

        void write(final String id, final StringBuilder json) {
            JsonText.quote(json.append("{\"run_id\":"), id);
            if (startedAtMs != 0) {
                json.append(",\"started_at\":").append(startedAtMs);
            }
            if (finishedAtMs != 0) {
                json.append(",\"finished_at\":").append(finishedAtMs);
            }
            json.append(",\"status\":\"").append(status).append('"');
            final String message =
                    stated != null ? stated : asked != null ? asked : cut(spoken.toString());
            if (!message.isEmpty()) {
                JsonText.quote(json.append(",\"user_message\":"), message);
            }
            json.append(",\"event_count\":").append(eventCount).append('}');
        }

        /** Milliseconds: what the event says, else when it was appended. */
        private static long time(final @Nullable ObjectNode tree, final StoredEvent event) {
            final JsonNode stated = tree == null ? null : tree.get("timestamp");
            final long ms = stated == null || !stated.isNumber() ? 0 : stated.asLong(0);
            return ms == 0 ? event.timestampUs() / US_PER_MS : ms;
        }

        private static String cut(final String text) {
            if (text.length() <= Limits.MESSAGE_CHARACTERS_MAX) {
                return text;
            }
            final int end = Limits.MESSAGE_CHARACTERS_MAX;
            return text.substring(
                    0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
        }
    }
}
