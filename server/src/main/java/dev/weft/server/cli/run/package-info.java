/**
 * {@code weft run}: a command as a job. In come a command line and what the command prints, out go
 * the same bytes, and events to a server, by way of a spool on disk that outlives both the server
 * and this process. Threads: main starts the command and waits for it, one thread for each of its
 * two outputs, one that delivers; what passes between them is the spool.
 */
@NullMarked
package dev.weft.server.cli.run;

import org.jspecify.annotations.NullMarked;
