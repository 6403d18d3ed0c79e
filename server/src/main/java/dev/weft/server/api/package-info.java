/**
 * Pages for people and tools: the start page, the API document and its viewer, all from the class
 * path. Out go whole answers; they are made on {@code weft-ops}.
 */
@NullMarked
package dev.weft.server.api;

import org.jspecify.annotations.NullMarked;
