/** Words of the wire: what publishers, the journal and subscribers all speak. */
@NullMarked
package dev.weft.protocol;

import org.jspecify.annotations.NullMarked;
