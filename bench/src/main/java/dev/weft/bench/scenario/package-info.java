/**
 * The questions that can be asked of a running server, a class for each: what is done in a round,
 * what has to be reached, what makes a round worthless.
 */
@NullMarked
package dev.weft.bench.scenario;

import org.jspecify.annotations.NullMarked;
