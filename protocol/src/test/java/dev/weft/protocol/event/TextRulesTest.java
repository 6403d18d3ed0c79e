package dev.weft.protocol.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Held to the rules as they are written for people. */
class TextRulesTest {
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern CALLERS_TYPE =
            Pattern.compile(
                    "(?!weft\\.|journal\\.|stream\\.complete$)[A-Za-z][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:@-]{1,200}");
    private static final Pattern SUBJECT =
            Pattern.compile("[a-z][a-z0-9_-]{0,31}/[A-Za-z0-9._:@-]{1,200}");
    private static final String[] PIECES = {
        "stream.complete",
        "a",
        "Z",
        "0",
        ".",
        "_",
        ":",
        "/",
        "-",
        "@",
        "*",
        " ",
        "\n",
        "\u0000",
        "ä",
        "\uD800",
        "weft",
        "weft.",
        "journal.",
        "x".repeat(31),
        "y".repeat(127),
        "z".repeat(199)
    };

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldSayWhatThePatternsSay(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            final StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(5); count > 0; count--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            check(text.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"a,127,true", "a,128,false"})
    void shouldKnowTheLengthOfTypes(final String first, final int more, final boolean is) {
        assertThat(TextRules.isType(first + "b".repeat(more))).isEqualTo(is);
    }

    @ParameterizedTest
    @CsvSource({"31,200,true", "32,200,false", "31,201,false", "0,0,false", "0,1,true"})
    void shouldKnowTheLengthsOfSubjects(final int kind, final int id, final boolean is) {
        final String subject = "k" + "k".repeat(kind) + "/" + "i".repeat(id);

        assertThat(TextRules.isSubject(subject)).isEqualTo(is);
        check(subject);
        check("k".repeat(kind));
        check("i".repeat(id));
    }

    private static void check(final String text) {
        check(text, TextRules::isType, TYPE);
        check(text, TextRules::isCallersType, CALLERS_TYPE);
        check(text, TextRules::isSubject, SUBJECT);
        check(text, TextRules::isSubjectKind, KIND);
        check(text, TextRules::isSubjectId, ID);
    }

    private static void check(
            final String text, final Predicate<String> rule, final Pattern pattern) {
        assertThat(rule.test(text))
                .as("%s as %s", text, pattern)
                .isEqualTo(pattern.matcher(text).matches());
    }
}
