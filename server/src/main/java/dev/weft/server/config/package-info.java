/**
 * Settings: in come flags, environment and a file, out goes one immutable {@link
 * dev.weft.server.config.WeftConfig}, or all mistakes at once. Runs on the main thread, before
 * anything else starts.
 */
@NullMarked
package dev.weft.server.config;

import org.jspecify.annotations.NullMarked;
