/**
 * What the agents count. Each holder is written by one thread, named in its Javadoc, and read by
 * the thread that answers a scrape; nothing here knows who reads.
 */
@NullMarked
package dev.weft.server.counters;

import org.jspecify.annotations.NullMarked;
