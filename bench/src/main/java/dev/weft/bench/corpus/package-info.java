/**
 * Real data for tests, demonstrations and measurements. In: {@code /proc} of a Linux host. Out:
 * events as lines that can be published as they are.
 */
@NullMarked
package dev.weft.bench.corpus;

import org.jspecify.annotations.NullMarked;
