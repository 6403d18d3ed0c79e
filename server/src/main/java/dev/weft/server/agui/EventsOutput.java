package dev.weft.server.agui;

/** The AG-UI events of a session as they are stored. */
final class EventsOutput implements SessionOutput {
    private final AnswerText answer;

    EventsOutput(final String sessionId) {
        answer = new AnswerText(sessionId, OutputFormat.EVENTS, "events");
    }

    @Override
    public void on(final StoredEvent event) {
        if (AguiType.of(event.type()) != null && event.json().length > 0) {
            answer.item(event.json());
        }
    }

    @Override
    public byte[] finish() {
        return answer.finish();
    }
}
