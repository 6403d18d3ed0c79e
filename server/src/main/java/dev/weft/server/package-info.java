/**
 * The product: the one entry point and the composition root, which builds, starts and closes in
 * order.
 */
@NullMarked
package dev.weft.server;

import org.jspecify.annotations.NullMarked;
