/**
 * Events by aggregate: agents, workflows and the system emit events with a name and attributes, and
 * are asked for by their ids. In: requests on the I/O loops. Out: ordinary events for {@code
 * ingest}, and pages of history whose items have another shape. Which member becomes which stands
 * in docs/PROTOCOL.md, "Aggregates". Pages are read on the query thread, everything else happens on
 * the loop of the request.
 */
@NullMarked
package dev.weft.server.aggregate;

import org.jspecify.annotations.NullMarked;
