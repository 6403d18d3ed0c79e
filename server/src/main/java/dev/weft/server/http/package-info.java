/** Requests in, ordered answers out. */
@NullMarked
package dev.weft.server.http;

import org.jspecify.annotations.NullMarked;
