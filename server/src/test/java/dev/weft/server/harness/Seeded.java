package dev.weft.server.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test of anything: it takes a seed and makes all that is random of it. The name of each run is
 * the flag that repeats it; {@code -Dtest.seeds=1000} has every such test run that often.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "-D" + Seeds.ONE + "={0}")
@ArgumentsSource(Seeds.class)
public @interface Seeded {
    /** Seeds that are drawn anew in each run. */
    int value();

    /** Seeds that are tried before them, each for something that it once showed. */
    long[] always() default {};
}
