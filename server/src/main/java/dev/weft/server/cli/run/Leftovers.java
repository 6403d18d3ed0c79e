package dev.weft.server.cli.run;

import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.ClientOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Delivers what runs left in their spools whose server was away, or which were killed. A run that
 * did not come to tell its end is told to have failed. One thread.
 */
final class Leftovers {
    private static final Pattern ID =
            Pattern.compile("[^/]+" + RunIdentity.NUMBER_MARK + "([0-9]{1,18})");
    private static final String UNTOLD = "weft run has ended before the command did";

    private final Path root;
    private final ClientOptions options;
    private final Consumer<String> tell;
    private int leftCount;

    Leftovers(final Path root, final ClientOptions options, final Consumer<String> tell) {
        this.root = root;
        this.options = options;
        this.tell = tell;
    }

    /**
     * Delivers all that nobody else does.
     *
     * @param patience how long to go on without success.
     * @return how many spools are delivered now.
     */
    int deliver(final Duration patience) throws IOException, InterruptedException {
        int count = 0;
        for (final SpoolDirectory directory : SpoolDirectory.leftovers(root)) {
            try (Spool spool = Spool.open(directory)) {
                if (leftCount == 0) {
                    complete(spool, directory.identity());
                    final Delivery delivery = new Delivery(spool, options, true, tell);
                    delivery.finish(patience);
                    delivery.run();
                }
                if (spool.isDelivered()) {
                    count++;
                } else {
                    leftCount++; // the server is away: the others can wait as well
                }
            }
        }
        return count;
    }

    /** How many could not be delivered. */
    int leftCount() {
        return leftCount;
    }

    private static void complete(final Spool spool, final RunIdentity identity)
            throws IOException, InterruptedException {
        final JsonNode last = Problems.json(new String(spool.lastLine(), StandardCharsets.UTF_8));
        final String type = last.path("type").asString("");
        final Matcher id = ID.matcher(last.path("id").asString(""));
        if (id.matches()) { // else nothing was ever told of it, or it is damaged
            final long number = Long.parseLong(id.group(1));
            final RunEvents events = new RunEvents(identity, spool, number);
            final boolean isStepOver = type.equals("step.completed") || type.equals("step.failed");
            final boolean isJobOver =
                    type.startsWith("job.")
                            && !type.equals("job.created")
                            && !type.equals("job.started");
            if (!isStepOver && !isJobOver) {
                events.step(
                        "step.failed",
                        "{\"stepId\":\"%s\",\"status\":\"failed\",\"error\":\"%s\"}"
                                .formatted(identity.step(), UNTOLD));
            }
            if (identity.ownsJob() && !isJobOver) {
                events.job("job.failed", "{\"error\":\"%s\"}".formatted(UNTOLD));
            }
        }
        spool.end();
    }
}
