/**
 * Who does the work of sessions: the border between what a session is, which is nothing but its
 * events, and what makes it run. In: {@link dev.weft.server.driver.SessionDriver}, called when the
 * events of a session say so. Out: {@link dev.weft.server.driver.DriverEvents}, what a driver
 * tells, each of which becomes an event. Thread: {@code weft-drive}.
 */
@NullMarked
package dev.weft.server.driver;

import org.jspecify.annotations.NullMarked;
