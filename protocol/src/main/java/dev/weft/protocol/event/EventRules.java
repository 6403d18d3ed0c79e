package dev.weft.protocol.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Which categories and source kinds an event may have. Immutable, shared by all threads. */
public final class EventRules {
    /** Category of an event that names none. */
    public static final String DEFAULT_CATEGORY = "system";

    /** Marks events that the server itself made. */
    static final String SERVER_KIND = "kernel_api";

    private static final List<String> CATEGORIES =
            List.of(
                    "console",
                    "network",
                    "page",
                    "interaction",
                    "liveview",
                    "captcha",
                    "system",
                    "agent",
                    "workflow",
                    "session",
                    "job",
                    "telemetry");
    private static final List<String> SOURCE_KINDS = List.of("cdp", "extension", "local_process");
    private static final NameSet SERVER_ONLY = new NameSet(List.of(SERVER_KIND));
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    private final NameSet categories;
    private final NameSet sourceKinds;
    private final boolean server;

    private EventRules(final NameSet categories, final NameSet sourceKinds, final boolean server) {
        this.categories = categories;
        this.sourceKinds = sourceKinds;
        this.server = server;
    }

    /**
     * Rules for events of callers.
     *
     * @param moreCategories configured ones, besides those built in.
     * @param moreSourceKinds likewise.
     * @throws IllegalArgumentException if a name is not {@code [a-z][a-z0-9_-]{0,31}}.
     */
    public static EventRules forCallers(
            final Collection<String> moreCategories, final Collection<String> moreSourceKinds) {
        return new EventRules(
                set("category", CATEGORIES, moreCategories),
                set("source kind", SOURCE_KINDS, moreSourceKinds),
                false);
    }

    /**
     * The same for what the server itself publishes: reserved types and {@code kernel_api} are its
     * own.
     */
    public EventRules forServer() {
        final List<String> kinds = new ArrayList<>(sourceKinds.names());
        kinds.add(SERVER_KIND);
        return new EventRules(categories, new NameSet(kinds), true);
    }

    /** All categories that an event may have. */
    public List<String> categoryNames() {
        return categories.names();
    }

    NameSet categories() {
        return categories;
    }

    NameSet sourceKinds() {
        return sourceKinds;
    }

    boolean isServer() {
        return server;
    }

    static boolean isServerKind(final byte[] text, final int from, final int to) {
        return SERVER_ONLY.contains(text, from, to);
    }

    private static NameSet set(
            final String what, final List<String> builtIn, final Collection<String> more) {
        final List<String> all = new ArrayList<>(builtIn);
        for (final String name : more) {
            if (!NAME.matcher(name).matches() || name.equals(SERVER_KIND)) {
                throw new IllegalArgumentException(
                        what + " must be " + NAME.pattern() + ": " + name);
            }
            all.add(name);
        }
        return new NameSet(all);
    }
}
