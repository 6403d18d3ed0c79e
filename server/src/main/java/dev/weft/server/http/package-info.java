/**
 * HTTP as a route sees it. In come {@link dev.weft.server.http.Exchange}s with the parameters of
 * their query, out go answers or a {@link dev.weft.server.http.ProblemException}; a {@link
 * dev.weft.server.http.RouteTable} says who gets which. Runs on the event loop of the connection
 * ({@code weft-io-0} and so on); nothing here knows what is served.
 */
@NullMarked
package dev.weft.server.http;

import org.jspecify.annotations.NullMarked;
