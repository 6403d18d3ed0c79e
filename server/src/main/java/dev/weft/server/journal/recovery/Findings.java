package dev.weft.server.journal.recovery;

import dev.weft.server.journal.SequenceRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What recovery found wrong with a journal, and what it put aside. Thread: the opening one. */
public final class Findings {
    private final List<String> damage = new ArrayList<>();
    private final List<String> endDamage = new ArrayList<>(); // of it, what may hide newer events
    private final List<SequenceRange> gaps = new ArrayList<>();
    private final List<Path> quarantined = new ArrayList<>();

    public List<String> damage() {
        return damage;
    }

    public List<SequenceRange> gaps() {
        return gaps;
    }

    public List<Path> quarantined() {
        return quarantined;
    }

    List<String> endDamage() {
        return endDamage;
    }

    void damaged(final String what) {
        damage.add(what);
    }

    /** Damage where the newest events are: some may have been there that nobody sees any more. */
    void damagedAtTheEnd(final String what) {
        damage.add(what);
        endDamage.add(what);
    }

    void missing(final List<SequenceRange> ranges) {
        gaps.addAll(ranges);
    }

    void putAside(final Path path) {
        quarantined.add(path);
    }
}
