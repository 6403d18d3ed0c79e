/**
 * One event offered to many subscribers. In: new blocks from the ring, and members that ask to join
 * at a sequence. Out: one encoded batch per group, filter and framing, whose bytes all its members
 * share. Each {@link dev.weft.server.fanout.FanoutAgent} belongs to one I/O loop and is touched by
 * no other thread.
 *
 * <p>Where a member stands, the first sequence it has not got, is nowhere a field of its own. It
 * follows from its cohort, from the left to the right the first that there is:
 *
 * <pre>
 *             pending batches        noted (latest, sample)        nothing waits
 *           |=======|=====|---------|~~~~~~~~~~~~~~~~~~~~~~~|
 *           ^             ^         ^                       ^
 *      pendingFrom   pendingTo  Conflation.from         nextSequence
 *
 *   Cohort.standing:  pendingFrom, while batches wait for the cohort's turn;
 *                     else the higher one of servedTo and Group.standing
 *   Group.standing:   Conflation.from, while something is noted; else nextSequence
 *   Cohort.servedTo:  first sequence after what the cohort's members got last, or where they
 *                     came in: what is noted from before that is for the other cohorts
 *   nextSequence:     FanoutAgent's, first one that the loop has not handed out
 * </pre>
 *
 * <p>A subscriber that is in no group has a cursor instead; it joins with that, and gets one back
 * when it leaves.
 */
@NullMarked
package dev.weft.server.fanout;

import org.jspecify.annotations.NullMarked;
