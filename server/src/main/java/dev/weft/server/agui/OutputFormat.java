package dev.weft.server.agui;

import java.util.Locale;

/** The forms in which the output of a session can be read. */
public enum OutputFormat {
    /** {@code {session_id, format, messages}}. */
    TRANSCRIPT {
        @Override
        public SessionOutput output(final String sessionId) {
            return new TranscriptOutput(sessionId);
        }
    },
    /** {@code {session_id, format, events}}, deltas that follow each other merged. */
    COMPACT {
        @Override
        public SessionOutput output(final String sessionId) {
            return new CompactOutput(sessionId);
        }
    },
    /** {@code {session_id, format, events}}, as stored. */
    EVENTS {
        @Override
        public SessionOutput output(final String sessionId) {
            return new EventsOutput(sessionId);
        }
    };

    /**
     * Reads its name.
     *
     * @throws AguiException if it is none.
     */
    public static OutputFormat parse(final String name) {
        for (final OutputFormat format : values()) {
            if (format.text().equals(name)) {
                return format;
            }
        }
        throw new AguiException(
                "Invalid format "
                        + Quote.of(name)
                        + ", must be one of: transcript, compact, events");
    }

    /** Its name in requests and answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A new output of a session. */
    public abstract SessionOutput output(String sessionId);
}
