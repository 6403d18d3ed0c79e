/** Gives each prepared event its sequence and time and appends it: the one writer. */
@NullMarked
package dev.weft.server.sequencer;

import org.jspecify.annotations.NullMarked;
