package dev.weft.server.bridge.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text with places in braces that each entry or event fills, such as <code>job/{1}</code>.
 * Immutable; any thread.
 */
public final class Template {
    /** What the places may name. */
    public enum Use {
        /** {@code {name}}, the stream's key, and {@code {data.…}}. */
        STREAM,
        /** {@code {name}}, the channel's, what the pattern's wildcards stand for, and data. */
        CHANNEL,
        /** {@code {type}}, {@code {category}}, {@code {subject}}: of an event that goes out. */
        EVENT
    }

    private static final Pattern CAPTURE = Pattern.compile("[1-9][0-9]?");
    private static final Pattern DATA = Pattern.compile("data(\\.[A-Za-z0-9_-]{1,64}){1,16}");
    private static final List<String> EVENT_NAMES = List.of("type", "category", "subject");

    private final String text;
    private final List<String> literals; // one more than places: what stands around them
    private final List<String> places;

    private Template(final String text, final List<String> literals, final List<String> places) {
        this.text = text;
        this.literals = List.copyOf(literals);
        this.places = List.copyOf(places);
    }

    /**
     * Reads one.
     *
     * @param captureCount wildcards that every pattern has, for {@link Use#CHANNEL}.
     * @throws IllegalArgumentException with what is wrong, a sentence without its subject.
     */
    public static Template parse(final String text, final Use use, final int captureCount) {
        final List<String> literals = new ArrayList<>();
        final List<String> places = new ArrayList<>();
        int from = 0;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
            final int close = text.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("has a brace that is not closed");
            }
            final String place = text.substring(open + 1, close);
            check(place, use, captureCount);
            literals.add(literal(text.substring(from, open)));
            places.add(place);
            from = close + 1;
        }
        literals.add(literal(text.substring(from)));
        return new Template(text, literals, places);
    }

    private static String literal(final String part) {
        if (part.indexOf('}') >= 0) {
            throw new IllegalArgumentException("has a brace that was not opened");
        }
        return part;
    }

    private static void check(final String place, final Use use, final int captureCount) {
        if (use == Use.EVENT) {
            if (!EVENT_NAMES.contains(place)) {
                throw new IllegalArgumentException(
                        "names {" + place + "}; known are {type}, {category} and {subject}");
            }
            return;
        }
        final boolean isKnown =
                place.equals("name")
                        || DATA.matcher(place).matches()
                        || (use == Use.CHANNEL && CAPTURE.matcher(place).matches());
        if (!isKnown) {
            throw new IllegalArgumentException(
                    "names {"
                            + place
                            + "}; known are {name}, {data.member}"
                            + (use == Use.CHANNEL
                                    ? " and {1} to {9}, what the wildcards of a pattern stand for"
                                    : " for streams"));
        }
        if (use == Use.CHANNEL
                && CAPTURE.matcher(place).matches()
                && Integer.parseInt(place) > captureCount) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "names {%s}, but not every pattern has so many wildcards",
                            place));
        }
    }

    /** Whether it needs to look into the data. */
    public boolean readsData() {
        return places.stream().anyMatch(place -> place.startsWith("data."));
    }

    /** Whether it is the same for everything. */
    public boolean isConstant() {
        return places.isEmpty();
    }

    /** What stands in the places, in their order. */
    public List<String> places() {
        return places;
    }

    /**
     * Fills it.
     *
     * @param values what stands for a place, null if there is nothing.
     * @return null if a place stays empty.
     */
    public @Nullable String fill(final Function<String, @Nullable String> values) {
        if (places.isEmpty()) {
            return text;
        }
        final StringBuilder filled = new StringBuilder(literals.get(0));
        for (int i = 0; i < places.size(); i++) {
            final String value = values.apply(places.get(i));
            if (value == null || value.isEmpty()) {
                return null;
            }
            filled.append(value).append(literals.get(i + 1));
        }
        return filled.toString();
    }

    /** The first place that stays empty, with its braces; for messages. */
    public String missing(final Function<String, @Nullable String> values) {
        for (final String place : places) {
            final String value = values.apply(place);
            if (value == null || value.isEmpty()) {
                return "{" + place + "}";
            }
        }
        return "";
    }

    /** Whether some filling of it is a name that a pattern matches. */
    boolean mayMatch(final ChannelPattern pattern) {
        final List<String> parts = new ArrayList<>();
        for (int i = 0; i < literals.size(); i++) {
            if (i > 0) {
                parts.add(ChannelPattern.ANY);
            }
            parts.add(literals.get(i));
        }
        return pattern.overlaps(parts);
    }

    @Override
    public String toString() {
        return text;
    }
}
