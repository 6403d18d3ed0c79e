package dev.weft.server.runtime;

import org.agrona.concurrent.Agent;

/**
 * An agent on the way into the journal. Whatever it throws is fatal: a wrong state would be worse
 * than a restart. What any other agent throws costs one request or one stream.
 */
public interface WriterAgent extends Agent {}
