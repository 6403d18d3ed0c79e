package dev.weft.server.harness;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Seeds of random tests: drawn anew in each run, or the one that a failure has named. */
public final class Seeds extends AnnotationBasedArgumentsProvider<Seeded> {
    /** Names the property with the only seed to try. */
    static final String ONE = "test.seed";

    private static final String COUNT = "test.seeds";

    Seeds() {}

    /** The seed of a test that draws one; whoever fails has to name it. */
    public static long one() {
        return Long.getLong(ONE, new SplittableRandom().nextLong());
    }

    @Override
    protected Stream<? extends Arguments> provideArguments(
            final ParameterDeclarations parameters,
            final ExtensionContext context,
            final Seeded seeded) {
        return seeds(seeded).mapToObj(Arguments::of);
    }

    private static LongStream seeds(final Seeded seeded) {
        final Long one = Long.getLong(ONE);
        return one != null
                ? LongStream.of(one)
                : LongStream.concat(
                        LongStream.of(seeded.always()),
                        new SplittableRandom().longs(Long.getLong(COUNT, seeded.value())));
    }
}
