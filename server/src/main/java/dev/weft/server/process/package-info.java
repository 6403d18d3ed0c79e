/**
 * Programs as child processes: started with their own directory, environment, limits and process
 * group, signalled with all their descendants, found again after this process has died. In come
 * commands, out go the two ends of pipes, exit codes and lines. Linux; the calls that Java does not
 * have go to the C library, the start itself through {@code setsid} and {@code prlimit}. No thread
 * of its own: who reads a pipe brings one.
 */
@NullMarked
package dev.weft.server.process;

import org.jspecify.annotations.NullMarked;
