/**
 * What the load rig measures: the product, its peers, and the floors (bare loops of socket writes),
 * each as a process of its own. In goes how to start one, out come its port, how it is spoken to,
 * and what the kernel counts for it.
 */
@NullMarked
package dev.weft.bench.server;

import org.jspecify.annotations.NullMarked;
