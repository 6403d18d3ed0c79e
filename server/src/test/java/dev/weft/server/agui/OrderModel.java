package dev.weft.server.agui;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The same rules of order, written down as simply as can be: for streams of an agent alone. */
final class OrderModel {
    private List<String> open = new ArrayList<>();
    private String phase = "new";
    private String chunked = "";

    /** Whether an event may come; if so, it has come. */
    boolean on(final AguiEvent event) {
        final List<String> openBefore = new ArrayList<>(open);
        final String phaseBefore = phase;
        final String chunkedBefore = chunked;
        final boolean isRight = isRight(event.type().name(), event.tree());
        if (!isRight) {
            open = openBefore;
            phase = phaseBefore;
            chunked = chunkedBefore;
        }
        return isRight;
    }

    private boolean isRight(final String type, final JsonNode event) {
        if (type.equals("RUN_STARTED")) {
            return start();
        }
        if (type.equals("RUN_ERROR")) {
            final boolean mayBe = !phase.equals("failed");
            phase = "failed";
            return mayBe;
        }
        if (!phase.equals("running")) {
            return false;
        }
        if (type.endsWith("_CHUNK")) {
            return chunk(type.replace("_CHUNK", ""), event);
        }
        if (!List.of("RAW", "ACTIVITY_SNAPSHOT", "ACTIVITY_DELTA", "REASONING_ENCRYPTED_VALUE")
                .contains(type)) {
            open.remove(chunked);
            chunked = "";
        }
        if (type.equals("RUN_FINISHED")) {
            phase = "finished";
            return open.isEmpty();
        }
        final String thing = type.replaceAll("_[A-Z]+$", "") + " " + id(event);
        if (type.endsWith("_START") || type.endsWith("_STARTED")) {
            return open(thing);
        }
        if (type.endsWith("_END") || type.equals("STEP_FINISHED")) {
            return open.remove(thing);
        }
        return !(type.endsWith("_CONTENT") || type.endsWith("_ARGS")) || open.contains(thing);
    }

    private boolean start() {
        final boolean mayBe = !phase.equals("running");
        open.clear();
        chunked = "";
        phase = "running";
        return mayBe;
    }

    private boolean chunk(final String kind, final JsonNode event) {
        final String id = id(event);
        final boolean goesOn =
                chunked.startsWith(kind + " ") && (id.isEmpty() || chunked.equals(kind + " " + id));
        if (goesOn) {
            return true;
        }
        open.remove(chunked);
        chunked = kind + " " + id;
        return !id.isEmpty() && open(chunked);
    }

    private boolean open(final String thing) {
        return !open.contains(thing) && open.add(thing);
    }

    private static String id(final JsonNode event) {
        for (final String name : List.of("messageId", "toolCallId", "stepName")) {
            final String id = AguiJson.text(event, name);
            if (id != null) {
                return id;
            }
        }
        return "";
    }
}
