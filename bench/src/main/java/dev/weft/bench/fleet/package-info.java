/**
 * Clients in processes of their own, where one process has not enough files, memory or threads: the
 * program that runs there and the handle of the process that starts it. They speak by lines over
 * the pipes between them.
 */
@NullMarked
package dev.weft.bench.fleet;

import org.jspecify.annotations.NullMarked;
