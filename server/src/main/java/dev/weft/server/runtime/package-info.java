/**
 * Runs the agents: on an I/O loop ({@link dev.weft.server.runtime.LoopDuty}), on threads of their
 * own ({@link dev.weft.server.runtime.AgentThread}), or by hand in tests. In: signals from any
 * thread. Out: duty cycles on the right one.
 */
@NullMarked
package dev.weft.server.runtime;

import org.jspecify.annotations.NullMarked;
