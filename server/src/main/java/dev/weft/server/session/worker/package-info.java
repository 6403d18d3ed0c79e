/**
 * Sessions whose work is done by programs from outside. In: a worker that takes a session for as
 * long as it is heard of, and what it publishes for it. Out: {@code session.claimed}, {@code
 * session.completed} and so on, and the AG-UI events of the session, each under the condition that
 * the worker still has it. What a worker has to do it reads from the ordinary stream. Thread: rules
 * run on the query thread.
 */
@NullMarked
package dev.weft.server.session.worker;

import org.jspecify.annotations.NullMarked;
