/**
 * Brings sessions and the drivers of this server together. In: the events that say what is to be
 * done, read through the index in their order from where the server started, so that none is missed
 * and none is done twice. Out: calls of a {@link dev.weft.server.driver.SessionDriver}, and the
 * events that it tells. It also looks after the leases of workers. Thread: {@code weft-drive}.
 */
@NullMarked
package dev.weft.server.session.drive;

import org.jspecify.annotations.NullMarked;
