/**
 * What a bridge is told to do: in come texts, from settings or a command line, out goes one
 * immutable {@link dev.weft.server.bridge.plan.BridgePlan}, or all mistakes at once. Knows no
 * server of either side. Read by the main thread before anything starts.
 */
@NullMarked
package dev.weft.server.bridge.plan;

import org.jspecify.annotations.NullMarked;
