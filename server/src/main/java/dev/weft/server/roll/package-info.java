/**
 * What subscribers can learn about themselves and about each other. In: a request. Out: a page of
 * the subscribers, each told of by the loop that owns it. The loops are asked by a task each, and
 * answer by one; nothing is shared.
 */
@NullMarked
package dev.weft.server.roll;

import org.jspecify.annotations.NullMarked;
