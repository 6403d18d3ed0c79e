/**
 * {@code weft bridge}: a bridge as a process of its own. In come options, out go a bridge and the
 * HTTP by which it speaks with its server. The bridge's threads do the work, the main one waits.
 */
@NullMarked
package dev.weft.server.cli.bridge;

import org.jspecify.annotations.NullMarked;
