/**
 * Pages of history. In: the query of a request. Out: JSON with a cursor to the next page. What a
 * page holds is decided and read by the query thread in one step; the route belongs to the I/O
 * loops.
 */
@NullMarked
package dev.weft.server.query.page;

import org.jspecify.annotations.NullMarked;
