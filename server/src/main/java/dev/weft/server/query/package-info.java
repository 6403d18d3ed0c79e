/**
 * What happened, asked over HTTP. In: requests on the I/O loops. Out: JSON and lines. Everything
 * that is read is read by {@link dev.weft.server.query.History} on the query thread, which also has
 * the index, one bounded step at a time; the routes and the answers belong to the I/O loop of their
 * connection. A new question is a {@link dev.weft.server.query.Question}; pages, exports and
 * summaries each have a package below this one.
 */
@NullMarked
package dev.weft.server.query;

import org.jspecify.annotations.NullMarked;
