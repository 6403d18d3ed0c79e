package dev.weft.server.bridge.fabric;

/**
 * By what an event is known again.
 *
 * @param id its own.
 * @param causationId what it comes from; empty for none.
 * @param name of the stream or channel.
 * @param entry id of the entry, empty for a message.
 */
public record EventName(String id, String causationId, String name, String entry) {}
