/**
 * What the commands of the {@code weft} program share: exit codes, the terminal, the log. The
 * commands themselves are in the packages below, one for each family. In come arguments, standard
 * input or a stream from a server, out go events, lines for people or JSON lines for programs. Each
 * command runs on the main thread of a process of its own.
 */
@NullMarked
package dev.weft.server.cli;

import org.jspecify.annotations.NullMarked;
