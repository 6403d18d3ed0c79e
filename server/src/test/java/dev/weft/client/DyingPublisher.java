package dev.weft.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Publishers that end badly, for processes of their own. */
public final class DyingPublisher {
    private DyingPublisher() {}

    /**
     * Takes the door's path and {@code claim} or {@code flood}. The first one publishes one event,
     * claims room for a second, and ends right there as by kill -9: no cleaning up, nothing
     * committed. The second one publishes until it cannot any more.
     */
    public static void main(final String[] arguments) throws IOException {
        final DoorPublisher publisher = DoorPublisher.open(Path.of(arguments[0]));
        final byte[] event = "{\"type\":\"before.death\"}".getBytes(StandardCharsets.UTF_8);
        System.out.println("open");
        System.out.flush();
        if (arguments[1].equals("flood")) {
            while (publisher.offer(event, 0, event.length) != DoorPublisher.CLOSED) {
                Thread.onSpinWait();
            }
        } else {
            publisher.offer(event, 0, event.length);
            claim(publisher);
        }
        Runtime.getRuntime().halt(9);
    }

    /** Claims without committing, as a publisher does that stands still in between. */
    public static void claim(final DoorPublisher publisher) {
        if (publisher.claim(100) < 0) {
            throw new IllegalStateException("no room");
        }
    }
}
