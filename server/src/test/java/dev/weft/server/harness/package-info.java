/**
 * What system tests need: a server in this process or in a child process, and clients that have no
 * opinion of their own: they write bytes and keep what they read.
 */
@NullMarked
package dev.weft.server.harness;

import org.jspecify.annotations.NullMarked;
