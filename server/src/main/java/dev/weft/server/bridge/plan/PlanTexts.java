package dev.weft.server.bridge.plan;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What somebody wrote about a bridge, part by part, before anything was checked. One thread. */
public final class PlanTexts {
    /** One thing that can be said. */
    public enum Part {
        SERVER,
        PASSWORD,
        NAME,
        GROUP,
        FROM_STREAMS,
        FROM_CHANNELS,
        TO_STREAM,
        TO_STREAM_LENGTH,
        TO_CHANNEL,
        TYPE,
        CATEGORY,
        SUBJECT,
        FILTER,
        REPLAY
    }

    private final Map<Part, List<String>> texts = new EnumMap<>(Part.class);

    /** Sets a part; an empty text is none. */
    public PlanTexts put(final Part part, final String text) {
        return text.isEmpty() ? this : put(part, List.of(text));
    }

    /** Sets a part that can be said several times. */
    public PlanTexts put(final Part part, final List<String> all) {
        texts.put(part, List.copyOf(all));
        return this;
    }

    List<String> all(final Part part) {
        return texts.getOrDefault(part, List.of());
    }

    String one(final Part part, final String otherwise) {
        final List<String> all = all(part);
        return all.isEmpty() ? otherwise : all.get(0);
    }

    /** Whether there is something to bridge. */
    public boolean hasWork() {
        return !(all(Part.FROM_STREAMS).isEmpty()
                && all(Part.FROM_CHANNELS).isEmpty()
                && all(Part.TO_STREAM).isEmpty()
                && all(Part.TO_CHANNEL).isEmpty());
    }
}
