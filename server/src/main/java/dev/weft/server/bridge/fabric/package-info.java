/**
 * The events' side of a bridge: a {@link dev.weft.server.bridge.fabric.Fabric} that takes batches
 * of events and hands out those that go out. The one of this process publishes and reads its
 * journal ({@link dev.weft.server.bridge.fabric.LocalFabric}); {@code weft bridge} has one that
 * speaks HTTP. Called by the threads of the bridge, which may wait here.
 */
@NullMarked
package dev.weft.server.bridge.fabric;

import org.jspecify.annotations.NullMarked;
