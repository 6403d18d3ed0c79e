package dev.weft.server.cli.run;

import dev.weft.protocol.json.JsonScanner;
import dev.weft.protocol.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/**
 * Makes the events of one run and appends them to its spool, numbered in that order. Any thread,
 * one at a time; waits while the spool is full.
 */
final class RunEvents {
    /** Longest output in one event. */
    static final int CHUNK_LENGTH_MAX = 64 * 1024;

    private static final int ESCAPED_MAX = 6; // bytes that one byte becomes at most
    private static final int HEAD_LENGTH_MAX = 2_048;

    private final RunIdentity identity;
    private final Spool spool;
    private final byte[] line =
            new byte[HEAD_LENGTH_MAX + ESCAPED_MAX * CHUNK_LENGTH_MAX + JsonScanner.PADDING];
    private long number; // of the last event

    /**
     * Events behind those that there are.
     *
     * @param number of the last one, 0 if this is the beginning.
     */
    RunEvents(final RunIdentity identity, final Spool spool, final long number) {
        this.identity = identity;
        this.spool = spool;
        this.number = number;
    }

    /** The command has ended: what it left in its pipes waits for nothing any more. */
    void commandEnded() {
        spool.openEnd();
    }

    /** An event of the job. */
    synchronized void job(final String type, final String dataJson)
            throws IOException, InterruptedException {
        append(type, false, dataJson);
    }

    /** An event of the step. */
    synchronized void step(final String type, final String dataJson)
            throws IOException, InterruptedException {
        append(type, true, dataJson);
    }

    /**
     * What the command printed: text, or Base64, and then it says so.
     *
     * @param bytes with {@link JsonScanner#PADDING} bytes behind {@code length}.
     * @param isText whether it is valid UTF-8.
     */
    synchronized void output(
            final OutputName name, final byte[] bytes, final int length, final boolean isText)
            throws IOException, InterruptedException {
        final StringBuilder head = head("step.output", true);
        head.append("{\"stepId\":\"").append(identity.step());
        head.append("\",\"stream\":\"").append(name.text()).append('"');
        head.append(isText ? ",\"chunk\":\"" : ",\"encoding\":\"base64\",\"chunk\":\"");
        int end = put(head, 0);
        if (isText) {
            end = JsonText.escape(bytes, 0, length, line, end);
        } else {
            final ByteBuffer encoded =
                    Base64.getEncoder().encode(ByteBuffer.wrap(bytes, 0, length));
            final int count = encoded.remaining();
            encoded.get(line, end, count);
            end += count;
        }
        line[end++] = '"';
        line[end++] = '}';
        finish(end);
    }

    private void append(final String type, final boolean isStep, final String dataJson)
            throws IOException, InterruptedException {
        finish(put(head(type, isStep).append(dataJson), 0));
    }

    private StringBuilder head(final String type, final boolean isStep) {
        final StringBuilder head = new StringBuilder(512);
        head.append("{\"id\":\"").append(identity.run()).append(RunIdentity.NUMBER_MARK);
        head.append(number + 1).append("\",\"type\":\"").append(type);
        head.append("\",\"category\":\"job\",\"subject\":\"").append(identity.subject());
        head.append("\",\"run_id\":\"").append(identity.run());
        if (isStep) {
            head.append("\",\"step_id\":\"").append(identity.step());
        }
        head.append("\",\"occurred_at\":");
        head.append(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        return head.append(",\"data\":");
    }

    private int put(final StringBuilder text, final int at) {
        final byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, line, at, bytes.length);
        return at + bytes.length;
    }

    private void finish(final int dataEnd) throws IOException, InterruptedException {
        line[dataEnd] = '}';
        line[dataEnd + 1] = '\n';
        spool.append(line, dataEnd + 2);
        number++;
    }
}
