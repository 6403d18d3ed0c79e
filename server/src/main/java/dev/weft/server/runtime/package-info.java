/** Runs the agents: on an I/O loop, on threads of their own, or by hand in tests. */
@NullMarked
package dev.weft.server.runtime;

import org.jspecify.annotations.NullMarked;
