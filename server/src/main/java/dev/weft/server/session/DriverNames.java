package dev.weft.server.session;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who can do the work of a session: {@code worker}, that is any program from outside that takes it,
 * and the commands that the operator configured. Immutable.
 *
 * @param commands names of the commands.
 */
public record DriverNames(Set<String> commands) {
    /** Name of the driver that leaves the work to programs from outside. */
    public static final String WORKER = "worker";

    public DriverNames {
        commands = Set.copyOf(commands);
    }

    boolean isKnown(final String name) {
        return name.equals(WORKER) || commands.contains(name);
    }

    /** Who does the work when nobody is named: the only command if there is one. */
    String otherwise() {
        return commands.size() == 1 ? commands.iterator().next() : WORKER;
    }

    List<String> all() {
        final TreeSet<String> names = new TreeSet<>(commands);
        names.add(WORKER);
        return List.copyOf(names);
    }
}
