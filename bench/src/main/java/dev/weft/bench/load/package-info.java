/**
 * The command line of the load rig: from names and options to scenarios, servers and reports. The
 * method is in docs/adr, "How load is measured".
 */
@NullMarked
package dev.weft.bench.load;

import org.jspecify.annotations.NullMarked;
