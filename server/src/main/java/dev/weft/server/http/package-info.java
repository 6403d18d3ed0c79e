/**
 * HTTP: requests in, answers out in their order, and connections handed over to streams. In come
 * bytes of sockets; out go {@link dev.weft.server.http.Exchange}s to the routes of a {@link
 * dev.weft.server.http.RouteTable}. Everything of a connection runs on its event loop ({@code
 * weft-io-0} and so on); nothing here blocks or knows what is served.
 */
@NullMarked
package dev.weft.server.http;

import org.jspecify.annotations.NullMarked;
