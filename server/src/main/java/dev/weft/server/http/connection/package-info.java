/**
 * Connections: bytes of sockets in, requests in their order to the routes, answers in the same
 * order out. {@link dev.weft.server.http.connection.HttpServer} listens; everything of one {@link
 * dev.weft.server.http.connection.HttpConnection} runs on its event loop ({@code weft-io-0} and so
 * on) and nothing here blocks.
 */
@NullMarked
package dev.weft.server.http.connection;

import org.jspecify.annotations.NullMarked;
