package dev.weft.bench.fleet;

import dev.weft.bench.server.Contenders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** The rig's end of a {@link CrowdMember}. */
public final class CrowdProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    /**
     * What it saw.
     *
     * @param strayCount events that reached a subscriber of another subject.
     * @param violation what was lost, repeated or closed, empty if nothing was.
     */
    public record Result(
            Histogram times,
            long receivedCount,
            long strayCount,
            long reconnectCount,
            String violation) {}

    private CrowdProcess(final Process process) {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        commands = process.outputWriter(StandardCharsets.UTF_8);
    }

    public static CrowdProcess start(
            final int port,
            final String network,
            final int wantedCount,
            final int otherCount,
            final int reconnectsPerSecond)
            throws IOException {
        final List<String> command = new ArrayList<>(Contenders.java(CrowdMember.class));
        command.addAll(
                List.of(
                        String.valueOf(port),
                        network,
                        String.valueOf(wantedCount),
                        String.valueOf(otherCount),
                        String.valueOf(reconnectsPerSecond)));
        return new CrowdProcess(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    public void tell(final String line) throws IOException {
        commands.write(line + "\n");
        commands.flush();
    }

    /** Waits for a line that begins so. */
    public String await(final String beginning) throws IOException {
        String line = answers.readLine();
        while (line != null && !line.startsWith(beginning)) {
            line = answers.readLine();
        }
        if (line == null) {
            throw new IOException("a client process ended before it said " + beginning);
        }
        return line;
    }

    public Result result() throws IOException {
        final byte[] times = Base64.getDecoder().decode(await("times ").substring(6));
        final String[] words = await("result ").split(" ", 5);
        try {
            return new Result(
                    Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(times), 0),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    words[4]);
        } catch (final DataFormatException ex) {
            throw new IOException("a client process sent bad times", ex);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
