/**
 * Who may use the server: in come the headers of a request, out goes leave or a refusal. Runs on
 * the event loops.
 */
@NullMarked
package dev.weft.server.auth;

import org.jspecify.annotations.NullMarked;
