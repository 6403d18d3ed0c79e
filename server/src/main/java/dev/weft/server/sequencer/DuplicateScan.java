package dev.weft.server.sequencer;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.journal.Journal;
import dev.weft.server.journal.JournalReader;

/**
 * Fills the duplicate window from the end of the journal when the server starts. It reads what the
 * window can hold, {@link DuplicateWindow#SPAN} events, but not more than about {@link #LENGTH_MAX}
 * bytes of files, so that a journal of large events does not delay the start: then the window
 * begins later.
 */
public final class DuplicateScan {
    /** Most bytes to read: a second or two from a slow disk. */
    static final long LENGTH_MAX = 256L * 1024 * 1024;

    private final Journal journal;
    private final DuplicateWindow window;
    private final long lengthMax;
    private final BlockFlyweight view = new BlockFlyweight();

    DuplicateScan(final Journal journal, final DuplicateWindow window, final long lengthMax) {
        this.journal = journal;
        this.window = window;
        this.lengthMax = lengthMax;
    }

    /** Fills an empty window. Thread: the one that starts the server. */
    public static void fill(final DuplicateWindow window, final Journal journal) {
        new DuplicateScan(journal, window, LENGTH_MAX).run();
    }

    void run() {
        final long head = journal.appendedSequence();
        if (head == 0) {
            return;
        }
        try (JournalReader reader = journal.newReader()) {
            final long oldest = Math.max(journal.oldestSequence(), head - DuplicateWindow.SPAN);
            final long start = Math.max(oldest, journal.sequenceWithin(lengthMax));
            reader.seek(Math.max(1, start));
            int outcome = reader.next(view);
            while (outcome != JournalReader.END) {
                if (outcome == JournalReader.BLOCK) {
                    remember();
                }
                outcome = reader.next(view);
            }
        }
    }

    private void remember() {
        for (int i = 0; i < view.count(); i++) {
            if ((view.flags(i) & RecordDescriptor.FLAG_CALLER_ID) != 0) {
                window.putIfAbsent(
                        view.buffer(),
                        view.fieldOffset(i, RecordDescriptor.ID_OFFSET),
                        view.fieldLength(i, RecordDescriptor.ID_OFFSET),
                        view.firstSequence() + i);
            }
        }
    }
}
