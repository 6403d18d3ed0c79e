/**
 * Events of one session, for clients that poll them page by page: {@code GET
 * /api/v2/sessions/{session_id}/events}. A session is a subject of the kind {@code session}; it is
 * there as soon as an event is about it. In: requests on the I/O loops. Out: pages, newest first,
 * whose items are written by {@link dev.weft.server.session.SessionItem}; or the ordinary stream of
 * the session's events. Pages are read on the query thread.
 */
@NullMarked
package dev.weft.server.session;

import org.jspecify.annotations.NullMarked;
