/**
 * Pages of history and single events, straight from the journal. In: requests on the I/O loops.
 * Out: JSON. The reading is done by {@link dev.weft.server.query.History} on the query thread, one
 * bounded page per step; the routes and the answers belong to the I/O loop of their connection.
 */
@NullMarked
package dev.weft.server.query;

import org.jspecify.annotations.NullMarked;
