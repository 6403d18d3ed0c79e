/**
 * What a session is: a fold over its events. In: the events of type {@code session.…} that the
 * server itself made. Out: a table of the sessions with their phases, as of a sequence. There is no
 * other state; a start makes the table of the journal again. Thread: query, for the images of
 * sessions any.
 */
@NullMarked
package dev.weft.server.session.state;

import org.jspecify.annotations.NullMarked;
