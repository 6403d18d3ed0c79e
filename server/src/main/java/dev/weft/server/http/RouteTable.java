package dev.weft.server.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which route answers which method and path. A pattern is a path in which a whole segment may be
 * {@code {name}}; a path without such a segment wins over a pattern with one. Immutable; made once
 * per event loop.
 */
public final class RouteTable {
    private final Map<String, PathEntry> exact;
    private final List<PathEntry> patterns;

    private RouteTable(final Map<String, PathEntry> exact, final List<PathEntry> patterns) {
        this.exact = exact;
        this.patterns = patterns;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Everything that is served, in the order it was added. */
    public List<Description> describe() {
        final List<Description> all = new ArrayList<>();
        for (final PathEntry entry : exact.values()) {
            entry.describe(all);
        }
        for (final PathEntry entry : patterns) {
            entry.describe(all);
        }
        return all;
    }

    /** What serves a path; a slash at its end makes no difference. */
    public @Nullable PathEntry find(final String asked) {
        final boolean isTrailing = asked.length() > 1 && asked.endsWith("/");
        final String path = isTrailing ? asked.substring(0, asked.length() - 1) : asked;
        final PathEntry entry = exact.get(path);
        if (entry != null) {
            return entry;
        }
        for (int i = 0, size = patterns.size(); i < size; i++) {
            final PathEntry pattern = patterns.get(i);
            if (pattern.matches(path)) {
                return pattern;
            }
        }
        return null;
    }

    /**
     * One line of the table.
     *
     * @param open whether it is served without a key.
     */
    public record Description(HttpMethod method, String pattern, boolean open) {}

    /** Collects routes. */
    public static final class Builder {
        private final Map<String, PathEntry> entries = new java.util.LinkedHashMap<>();

        private Builder() {}

        /** Adds a route that needs a key when keys are configured. */
        public Builder add(final HttpMethod method, final String pattern, final Route route) {
            return add(method, pattern, route, false);
        }

        /** Adds a route that never needs a key. */
        public Builder addOpen(final HttpMethod method, final String pattern, final Route route) {
            return add(method, pattern, route, true);
        }

        private Builder add(
                final HttpMethod method,
                final String pattern,
                final Route route,
                final boolean open) {
            entries.computeIfAbsent(pattern, PathEntry::new).add(method, route, open);
            return this;
        }

        public RouteTable build() {
            final Map<String, PathEntry> exact = new java.util.LinkedHashMap<>();
            final List<PathEntry> patterns = new ArrayList<>();
            for (final PathEntry entry : entries.values()) {
                if (entry.hasVariables()) {
                    patterns.add(entry);
                } else {
                    exact.put(entry.pattern, entry);
                }
            }
            return new RouteTable(exact, List.copyOf(patterns));
        }
    }

    /** The methods of one path. */
    public static final class PathEntry {
        private final String pattern;
        private final String[] segments;
        private final Map<HttpMethod, Route> routes = new HashMap<>(4);
        private final List<HttpMethod> methods = new ArrayList<>(2);
        private @Nullable Route get;
        private @Nullable Route post;
        private boolean open;
        private String allow = "OPTIONS";

        private PathEntry(final String pattern) {
            if (!pattern.startsWith("/")) {
                throw new IllegalArgumentException("a pattern begins with a slash: " + pattern);
            }
            this.pattern = pattern;
            this.segments = pattern.substring(1).split("/", -1);
        }

        private void add(final HttpMethod method, final Route route, final boolean isOpen) {
            if (routes.putIfAbsent(method, route) != null) {
                throw new IllegalArgumentException("two routes for " + method + " " + pattern);
            }
            methods.add(method);
            open |= isOpen;
            if (method.equals(HttpMethod.GET)) {
                get = route;
            } else if (method.equals(HttpMethod.POST)) {
                post = route;
            }
            final StringBuilder text = new StringBuilder();
            for (final HttpMethod each : methods) {
                text.append(each.name()).append(", ");
                if (each.equals(HttpMethod.GET)) {
                    text.append("HEAD, ");
                }
            }
            allow = text.append("OPTIONS").toString();
        }

        private void describe(final List<Description> all) {
            for (final HttpMethod method : methods) {
                all.add(new Description(method, pattern, open));
            }
        }

        public boolean isOpen() {
            return open;
        }

        /** Value of an Allow header. */
        public String allow() {
            return allow;
        }

        /**
         * The route of a method, null if there is none. HEAD is answered by GET, without its body.
         */
        public @Nullable Route route(final HttpMethod method) {
            if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
                return get;
            }
            if (method.equals(HttpMethod.POST)) {
                return post;
            }
            return routes.get(method);
        }

        private boolean hasVariables() {
            for (final String segment : segments) {
                if (segment.startsWith("{")) {
                    return true;
                }
            }
            return false;
        }

        private boolean matches(final String path) {
            int start = 1;
            for (int i = 0; i < segments.length; i++) {
                if (start > path.length()) {
                    return false;
                }
                final int end = segmentEnd(path, start);
                final String segment = segments[i];
                if (segment.startsWith("{")) {
                    if (end == start) {
                        return false;
                    }
                } else if (end - start != segment.length() || !path.startsWith(segment, start)) {
                    return false;
                }
                start = end + 1;
            }
            return start == path.length() + 1;
        }

        /** The part of a matching path that stands for {@code {name}}. */
        public String variable(final String path, final String name) {
            int start = 1;
            for (final String segment : segments) {
                final int end = segmentEnd(path, start);
                if (segment.length() == name.length() + 2
                        && segment.startsWith("{")
                        && segment.startsWith(name, 1)) {
                    return path.substring(start, end);
                }
                start = end + 1;
            }
            throw new IllegalArgumentException("no {" + name + "} in " + pattern);
        }

        private static int segmentEnd(final String path, final int start) {
            final int slash = path.indexOf('/', start);
            return slash < 0 ? path.length() : slash;
        }
    }
}
