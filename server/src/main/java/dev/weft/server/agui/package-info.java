/**
 * What AG-UI says of the events of a session: which members an event has to have, in which order
 * events may come, and what a session looks like that had them: merged deltas, a transcript, its
 * runs. In: JSON of events and requests. Out: checked events, violations, JSON. Knows neither
 * connections nor the journal; whoever calls owns the objects, one thread each.
 */
@NullMarked
package dev.weft.server.agui;

import org.jspecify.annotations.NullMarked;
