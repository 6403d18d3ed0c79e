package dev.weft.server.telemetry;

/**
 * What one look at one part of the host gave.
 *
 * @param type of the event, such as {@code host.cpu}.
 * @param data JSON.
 */
record Sample(String type, String data) {}
