package dev.weft.bench.client;

import java.io.IOException;

/**
 * The first event of a round: when every stream has it, all are live and the sequence to count from
 * is known.
 */
public final class Prime {
    private Prime() {}

    /**
     * Publishes one event and waits until every subscriber has it.
     *
     * @return its number.
     */
    public static long publishOne(final LoadClient client) throws IOException {
        client.publisher(false).send(1);
        client.await(
                "the first event at every subscriber",
                20,
                () ->
                        client.subscribers().stream()
                                .allMatch(subscriber -> subscriber.frames().receivedCount() == 1));
        return client.subscribers().get(0).frames().nextSequence() - 1;
    }
}
