/**
 * Jobs: what is done in steps, by anybody, and seen by everybody. A job is nothing but the events
 * whose subject is {@code job/<id>}, whoever published them; there is no other state, and what a
 * table of jobs knows is made of them again after a restart. In: requests on the I/O loops. Out:
 * {@code job.created}, {@code job.cancelled} and so on for the journal; pages; streams that end
 * with their job. Jobs are read on the query thread. Which event means what stands in
 * docs/PROTOCOL.md, "Jobs".
 */
@NullMarked
package dev.weft.server.job;

import org.jspecify.annotations.NullMarked;
