/**
 * The whole of a question's events as lines. In: the query of a request. Out: NDJSON, as fast as
 * the client reads. The query thread reads one chunk at a time; the connection's loop writes it and
 * asks for the next one while the socket takes more.
 */
@NullMarked
package dev.weft.server.query.export;

import org.jspecify.annotations.NullMarked;
