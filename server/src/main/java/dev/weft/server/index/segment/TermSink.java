package dev.weft.server.index.segment;

/** Is told texts and how many events have each of them. */
@FunctionalInterface
public interface TermSink {
    /**
     * Takes one.
     *
     * @param text its own from now on.
     * @param count from 1 on.
     */
    void add(byte[] text, int count);
}
