/**
 * Requests that change the state of something, such as starting a session: asked, decided and
 * appended as if in one step. In: a {@link dev.weft.server.control.Command} that decides by a table
 * on the query thread. Out: the events of its decision, appended on the condition that nothing has
 * changed since, see {@link dev.weft.server.sequencer.Precondition}; when something has, it decides
 * again. The answer is given on the thread that asked.
 */
@NullMarked
package dev.weft.server.control;

import org.jspecify.annotations.NullMarked;
