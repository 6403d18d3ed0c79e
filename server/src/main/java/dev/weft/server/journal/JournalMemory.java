package dev.weft.server.journal;

/**
 * Memory that the blocks of a reader lie in. It stays as it is while somebody retains it, whatever
 * becomes of the reader, the journal or the file, and its bytes never change. Who has retained it
 * may hand its bytes to another thread.
 */
public interface JournalMemory {
    /**
     * Holds it once more. Only for who holds it already, or for the thread of the reader whose view
     * lies in it.
     */
    void retain();

    /** Gives it back. Any thread: takes no lock, and what has to be unmapped waits for a reader. */
    void release();
}
