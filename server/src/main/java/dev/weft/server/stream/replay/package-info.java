/**
 * The journal read for those who are behind: resolved starts, chunks, only the newest. In comes a
 * {@link dev.weft.server.stream.replay.ReplayRequest} of a subscriber, and goes back with bytes,
 * through a bounded queue each way; {@link dev.weft.server.stream.replay.CatchUp} runs on the
 * replay thread. It knows no subscriber and no loop, only what they give it to answer to.
 */
@NullMarked
package dev.weft.server.stream.replay;

import org.jspecify.annotations.NullMarked;
