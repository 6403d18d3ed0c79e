import dev.weft.client.DoorPublisher;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Publishes one event through a server's door and prints its sequence. */
final class Hello {
    private Hello() {}

    /** Takes the door's path, as given to the server with {@code --door}. */
    public static void main(final String[] arguments) throws Exception {
        try (DoorPublisher door = DoorPublisher.open(Path.of(arguments[0]))) {
            final byte[] event =
                    "{\"type\":\"hello\",\"data\":{\"n\":1}}".getBytes(StandardCharsets.UTF_8);
            final long offer = door.offer(event, 0, event.length);
            final long outcome = door.await(offer, 1_000_000_000);
            System.out.println(
                    outcome > 0 ? "seq " + outcome : outcome + " " + door.reason(offer));
        }
    }
}
