/**
 * What history is like as a whole: events by time, types, subjects. In: the query of a request.
 * Out: JSON. Counted by the query thread in one step; the routes belong to the I/O loops.
 */
@NullMarked
package dev.weft.server.query.summary;

import org.jspecify.annotations.NullMarked;
