/**
 * What an operator sees: health and metrics. In come the counters of all agents, out go answers;
 * counters are only read, when somebody asks. Runs on the event loops, heavy work on {@code
 * weft-ops}.
 */
@NullMarked
package dev.weft.server.ops;

import org.jspecify.annotations.NullMarked;
