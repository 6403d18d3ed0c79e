package dev.weft.server.journal.recovery;

import dev.weft.server.journal.JournalException;
import java.lang.reflect.AccessibleObject;
import java.nio.channels.FileChannel;
import net.openhft.posix.internal.PosixAPIHolder;

/**
 * Looks whether the process was started with the flags that Chronicle Queue needs. Without some of
 * them it fails in odd ways, without others it silently opens a journal read-only.
 */
public final class LibraryCheck {
    private LibraryCheck() {}

    /**
     * Also switches off what the library does on its own account (usage statistics, banner, disk
     * watching) and its native calls: the journal forces its files itself, and to load them takes
     * longer than to open a journal.
     *
     * @throws JournalException FATAL with the flag that is missing.
     */
    public static void check() {
        preset("chronicle.analytics.disable");
        preset("chronicle.announcer.disable");
        preset("chronicle.disk.monitor.disable");
        preset("disable.perf.info");
        PosixAPIHolder.useNoOpPosixApi();
        final Module base = FileChannel.class.getModule();
        final Module ours = LibraryCheck.class.getModule();
        opened(base, AccessibleObject.class.getPackageName(), ours);
        exported(base, "sun.nio.ch", ours);
        exported(base, "jdk.internal.ref", ours);
        opened(base, "jdk.internal.misc", ours);
    }

    private static void preset(final String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "true");
        }
    }

    private static void opened(final Module base, final String name, final Module to) {
        if (!base.isOpen(name, to)) {
            throw missing("--add-opens=java.base/" + name + "=ALL-UNNAMED");
        }
    }

    private static void exported(final Module base, final String name, final Module to) {
        if (!base.isExported(name, to)) {
            throw missing("--add-exports=java.base/" + name + "=ALL-UNNAMED");
        }
    }

    private static JournalException missing(final String flag) {
        return new JournalException(
                true, "the JVM lacks a flag (see scripts/jvm-flags): missing=" + flag);
    }
}
