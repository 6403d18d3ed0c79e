package dev.weft.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class JsonTextTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static LongStream seeds() {
        final long one = Long.getLong("test.seed", Long.MIN_VALUE);
        return one != Long.MIN_VALUE ? LongStream.of(one) : new SplittableRandom().longs(200);
    }

    @ParameterizedTest(name = "-Dtest.seed={0}")
    @MethodSource("seeds")
    void shouldEscapeAnyTextSoThatItReadsTheSame(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(200); i > 0; i--) {
            text.appendCodePoint(character(random));
        }
        final byte[] bytes = text.toString().getBytes(UTF_8);
        final byte[] source = Arrays.copyOf(bytes, bytes.length + JsonScanner.PADDING);
        final byte[] target = new byte[6 * bytes.length + JsonScanner.PADDING];

        final int end = JsonText.escape(source, 0, bytes.length, target, 0);

        final String json = '"' + new String(target, 0, end, UTF_8) + '"';
        assertThat(JSON.readTree(json).asString()).isEqualTo(text.toString());
        assertThat(Utf8.validTo(source, 0, bytes.length)).isEqualTo(bytes.length);
    }

    @Test
    void shouldTellHowFarATextIsValidAndWhetherItIsOnlyCutOff() {
        assertCut("abc\u00e4", 4, 3, true);
        assertCut("abcdefghijk\u20ac", 13, 11, true);
        assertCut("\ud83d\ude00", 3, 0, true);
        assertCut("\ud83d\ude00", 1, 0, true);
        assertThat(validTo(new byte[] {'a', (byte) 0xFF})).isEqualTo(1);
        assertThat(isCutOff(new byte[] {'a', (byte) 0xFF}, 1)).isFalse();
        assertThat(validTo(new byte[] {(byte) 0xE2, 'a'})).isZero();
        assertThat(isCutOff(new byte[] {(byte) 0xE2, 'a'}, 0)).isFalse();
        assertThat(isCutOff(new byte[] {(byte) 0xC0}, 0)).isFalse();
        assertThat(isCutOff(new byte[] {(byte) 0x80}, 0)).isFalse();
    }

    private static void assertCut(
            final String text, final int length, final int valid, final boolean isCut) {
        final byte[] bytes = Arrays.copyOf(text.getBytes(UTF_8), length);
        assertThat(validTo(bytes)).as(text).isEqualTo(valid);
        assertThat(isCutOff(bytes, valid)).as(text).isEqualTo(isCut);
    }

    private static int validTo(final byte[] bytes) {
        // Behind the text stands what would make a character of its end.
        final byte[] padded = Arrays.copyOf(bytes, bytes.length + JsonScanner.PADDING);
        Arrays.fill(padded, bytes.length, padded.length, (byte) 0x80);
        return Utf8.validTo(padded, 0, bytes.length);
    }

    private static boolean isCutOff(final byte[] bytes, final int from) {
        return Utf8.isCutOff(bytes, from, bytes.length);
    }

    private static int character(final SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> "\"\\/\u007f\u0080".codePointAt(random.nextInt(5));
            case 2 -> random.nextInt(0xA0, 0xD800);
            case 3 -> random.nextInt(0x10000, 0x110000);
            default -> random.nextInt(0x20, 0x7F);
        };
    }
}
