package dev.weft.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineCutterTest implements LineCutter.Lines {
    private static final int LENGTH_MAX = 1_000;

    private final List<String> lines = new ArrayList<>();
    private final LineCutter cutter = new LineCutter(LENGTH_MAX, this);

    @Override
    public void onLine(final byte[] bytes, final int length) {
        lines.add(new String(bytes, 0, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onLongLine(final byte[] bytes, final int length, final long total) {
        lines.add("long " + length + " of " + total);
    }

    @Override
    public void onHalfLine(final byte[] bytes, final int length, final long total) {
        lines.add("half " + new String(bytes, 0, length, StandardCharsets.UTF_8) + " of " + total);
    }

    @Test
    void shouldCutLinesAndTellTheHalfOneAtTheEnd() {
        accept("one\ntwo\r\n\nthr");
        assertThat(lines).containsExactly("one", "two", "");
        accept("ee\nfo");
        cutter.end();
        cutter.end();
        assertThat(lines).containsExactly("one", "two", "", "three", "half fo of 2");
    }

    @Test
    void shouldKeepNoMoreThanTheBeginningOfALongLine() {
        final String piece = "x".repeat(65_536);
        for (int i = 0; i < 1_600; i++) {
            accept(piece);
        }
        accept("\n" + "y".repeat(LENGTH_MAX) + "\n" + "z".repeat(LENGTH_MAX + 1) + "\nnext\n");
        assertThat(lines)
                .containsExactly(
                        "long 1000 of 104857600",
                        "y".repeat(LENGTH_MAX),
                        "long 1000 of 1001",
                        "next");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldCutTheSameHoweverTheOutputComes(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final StringBuilder all = new StringBuilder();
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            final String line = "a".repeat(random.nextInt(0, LENGTH_MAX + 1));
            expected.add(line);
            all.append(line).append('\n');
        }
        for (int at = 0; at < all.length(); ) {
            final int to = Math.min(all.length(), at + random.nextInt(1, 3_000));
            accept(all.substring(at, to));
            at = to;
        }
        assertThat(lines).isEqualTo(expected);
    }

    private void accept(final String text) {
        final ByteBuffer output = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        cutter.accept(output);
        assertThat(output.hasRemaining()).isFalse();
    }
}
