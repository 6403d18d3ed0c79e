/** Micro-benchmarks, load rig and report. */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
