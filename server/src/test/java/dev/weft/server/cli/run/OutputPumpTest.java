package dev.weft.server.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.cli.Problems;
import dev.weft.server.harness.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class OutputPumpTest {
    @TempDir private Path root;

    private final List<String> told = new ArrayList<>();
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    @Seeded(50)
    void shouldPassAndRecordEveryByteHoweverTheyCome(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] output = new byte[random.nextInt(300_000)];
        random.nextBytes(output);

        final Recorded recorded = pump(new Pieces(output, random), seed);

        assertThat(passed.toByteArray()).isEqualTo(output);
        assertThat(recorded.bytes()).isEqualTo(output);
    }

    @Seeded(50)
    void shouldPartNoCharacterOfAText(final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(1, 50_000); i > 0; i--) {
            text.appendCodePoint("a\n\"\u00e4\u20ac\ud83d\ude00".codePointAt(random.nextInt(6)));
        }
        final byte[] output = text.toString().getBytes(UTF_8);

        final Recorded recorded = pump(new Pieces(output, random), seed);

        assertThat(recorded.bytes()).isEqualTo(output);
        assertThat(recorded.chunks()).allMatch(chunk -> chunk.path("encoding").isMissingNode());
    }

    @Test
    void shouldMarkWhatIsNoTextAndAnEndWithinACharacter() throws Exception {
        final byte[] output = {'o', 'k', (byte) 0xE2, (byte) 0x82};

        final Recorded recorded = pump(new Pieces(output, new SplittableRandom(1)), 1);

        assertThat(recorded.bytes()).isEqualTo(output);
        final JsonNode last = recorded.chunks().get(recorded.chunks().size() - 1);
        assertThat(last.path("encoding").asString()).isEqualTo("base64");
        assertThat(last.path("stream").asString()).isEqualTo("stderr");
        assertThat(last.path("stepId").asString()).isEqualTo("run-1");
    }

    @Test
    void shouldCloseThePipeWhenNobodyTakesTheOutput() throws Exception {
        final Pieces source = new Pieces(new byte[500_000], new SplittableRandom(2));
        final WritableByteChannel gone =
                new WritableByteChannel() {
                    @Override
                    public int write(final ByteBuffer bytes) throws IOException {
                        throw new IOException("Broken pipe");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        try (Spool spool = spool(2)) {
            new OutputPump(OutputName.STDOUT, source, gone, events(spool), told::add).run();
            assertThat(spool.waitingLength()).as("what came is recorded").isPositive();
        }
        assertThat(source.isOpen()).isFalse();
        assertThat(source.at).isLessThan(200_000);
    }

    private Recorded pump(final Pieces source, final long seed) throws Exception {
        final List<JsonNode> chunks = new ArrayList<>();
        try (Spool spool = spool(seed)) {
            new OutputPump(
                            OutputName.STDERR,
                            source,
                            Channels.newChannel(passed),
                            events(spool),
                            told::add)
                    .run();
            spool.end();
            final byte[] lines = new byte[2 << 20];
            for (int length = spool.peek(lines); length > 0; length = spool.peek(lines)) {
                new String(lines, 0, length, UTF_8)
                        .lines()
                        .forEach(line -> chunks.add(Problems.json(line).path("data")));
                spool.delivered(length);
            }
        }
        assertThat(told).isEmpty();
        return new Recorded(chunks);
    }

    private Spool spool(final long seed) throws IOException {
        return Spool.create(
                SpoolDirectory.create(root, new RunIdentity("run" + seed, "7", true)),
                Long.MAX_VALUE);
    }

    private static RunEvents events(final Spool spool) {
        return new RunEvents(new RunIdentity("run-1", "7", true), spool, 0);
    }

    /** What came of it. */
    private record Recorded(List<JsonNode> chunks) {
        byte[] bytes() {
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (final JsonNode chunk : chunks) {
                final String text = chunk.path("chunk").asString();
                bytes.writeBytes(
                        chunk.path("encoding").isMissingNode()
                                ? text.getBytes(UTF_8)
                                : Base64.getDecoder().decode(text));
            }
            return bytes.toByteArray();
        }
    }

    /** Output in pieces of any length. */
    private static final class Pieces implements ReadableByteChannel {
        private final byte[] output;
        private final SplittableRandom random;
        private int at;
        private boolean isOpen = true;

        Pieces(final byte[] output, final SplittableRandom random) {
            this.output = output;
            this.random = random;
        }

        @Override
        public int read(final ByteBuffer target) {
            if (at == output.length) {
                return -1;
            }
            final int wanted = random.nextBoolean() ? random.nextInt(1, 10) : target.remaining();
            final int count = Math.min(Math.min(wanted, target.remaining()), output.length - at);
            target.put(output, at, count);
            at += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public void close() {
            isOpen = false;
        }
    }
}
