/**
 * {@code weft serve} and {@code weft retention}: what takes the settings of a server, from the
 * file, the environment and flags.
 */
@NullMarked
package dev.weft.server.cli.serve;

import org.jspecify.annotations.NullMarked;
