/**
 * The first built-in producer: the host's own telemetry. In comes what the operating system counts,
 * out go events of the category {@code telemetry} into the server's own inbox, on the thread {@code
 * weft-telemetry}.
 */
@NullMarked
package dev.weft.server.telemetry;

import org.jspecify.annotations.NullMarked;
