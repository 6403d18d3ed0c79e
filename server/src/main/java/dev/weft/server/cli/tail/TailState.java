package dev.weft.server.cli.tail;

import dev.weft.server.cli.Problems;
import dev.weft.server.cli.client.Backoff;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;

/** What {@code weft tail} remembers from one connection to the next. One thread. */
final class TailState {
    private final long count;
    private final EventPrinter printer;
    private final PrintWriter out;
    private final PrintWriter err;
    private String lastEventId = "";
    private long shownCount;

    TailState(
            final long count,
            final EventPrinter printer,
            final PrintWriter out,
            final PrintWriter err) {
        this.count = count;
        this.printer = printer;
        this.out = out;
        this.err = err;
    }

    /** Where to go on, empty if nothing is known. */
    String lastEventId() {
        return lastEventId;
    }

    void lastEventId(final String id) {
        lastEventId = id;
    }

    /** Whether all was shown that was wanted, or nobody reads it. */
    boolean isDone() {
        return shownCount >= count || out.checkError();
    }

    /** Tells people something that is no event. */
    void say(final String text) {
        out.flush();
        err.println("weft tail: " + text);
        err.flush();
    }

    SseReader.Handler handler(final Backoff backoff) {
        return new SseReader.Handler() {
            @Override
            public boolean onEvent(final String event, final String data, final String id) {
                if (event.startsWith("weft.")) {
                    control(event, data);
                    return true;
                }
                printer.print(data);
                lastEventId = id;
                shownCount++;
                return shownCount < count;
            }

            @Override
            public void onRetry(final long milliseconds) {
                backoff.base(milliseconds);
            }

            @Override
            public void onIdle() {
                out.flush();
            }
        };
    }

    /** Passes lines through, noting the ids among them. */
    void copyRaw(final BufferedReader lines) throws IOException {
        String id = lastEventId;
        boolean isEvent = false;
        for (String line = lines.readLine();
                line != null;
                line = isDone() ? null : lines.readLine()) { // the next one may be long in coming
            out.println(line);
            if (line.startsWith("id: ")) {
                id = line.substring("id: ".length());
                isEvent = true;
            } else if (line.isEmpty() && isEvent) {
                lastEventId = id;
                shownCount++;
                isEvent = false;
            }
            if (!lines.ready()) {
                out.flush();
            }
        }
    }

    private void control(final String event, final String data) {
        final var json = Problems.json(data);
        if (event.equals("weft.gap")) {
            say(
                    "gap: events %s to %s are no longer there; oldest is %s"
                            .formatted(
                                    json.path("from").asString("?"),
                                    json.path("to").asString("?"),
                                    json.path("oldest").asString("?")));
        } else if (event.equals("weft.reset")) {
            lastEventId = json.path("head").asString("");
            say(
                    "reset: %s; going on from %s"
                            .formatted(
                                    json.path("reason").asString("?"),
                                    json.path("head").asString("?")));
        } else {
            say(event + " " + data);
        }
    }
}
