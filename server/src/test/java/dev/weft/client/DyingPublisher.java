package dev.weft.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Publishers that end badly, for processes of their own. */
public final class DyingPublisher {
    private static final long TIMEOUT_NS = 10_000_000_000L;

    private DyingPublisher() {}

    /**
     * Takes the door's path and what to do. {@code flood} publishes until it cannot any more. The
     * others publish one event at least, and end in the middle of the next one as by kill -9, with
     * no cleaning up: {@code claim} when it has its room and has written nothing into it, {@code
     * reserve} before it could even mark the room as its own, {@code end} the same where it goes
     * round the end of the ring.
     */
    public static void main(final String[] arguments) throws IOException {
        final DoorPublisher publisher = DoorPublisher.open(Path.of(arguments[0]));
        final byte[] event = "{\"type\":\"before.death\"}".getBytes(StandardCharsets.UTF_8);
        System.out.println("open");
        System.out.flush();
        publisher.offer(event, 0, event.length);
        switch (arguments[1]) {
            case "flood" -> flood(publisher, event);
            case "claim" -> claim(publisher);
            case "reserve" -> publisher.ring().reserve(128);
            default -> endOfRing(publisher, event);
        }
        Runtime.getRuntime().halt(9);
    }

    /** Claims without committing, as a publisher does that stands still in between. */
    public static void claim(final DoorPublisher publisher) {
        if (publisher.claim(100) < 0) {
            throw new IllegalStateException("no room");
        }
    }

    private static void flood(final DoorPublisher publisher, final byte[] event) {
        while (publisher.offer(event, 0, event.length) != DoorPublisher.CLOSED) {
            Thread.onSpinWait();
        }
    }

    /** What is left at the end is too short, so that the end and the record are claimed. */
    private static void endOfRing(final DoorPublisher publisher, final byte[] event) {
        final byte[] longer = new byte[999_992];
        Arrays.fill(longer, (byte) ' ');
        System.arraycopy(event, 0, longer, 0, event.length);
        for (int i = 0; i < 8; i++) {
            publisher.await(publisher.offer(longer, 0, longer.length), TIMEOUT_NS);
        }
        if (publisher.ring().reserve(1_000_000) != 0) {
            throw new IllegalStateException("not at the beginning");
        }
    }
}
