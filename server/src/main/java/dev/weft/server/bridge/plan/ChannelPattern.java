package dev.weft.server.bridge.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of channels as the server of the channels understands it: {@code *}, {@code ?}, {@code
 * [abc]}, and a backslash before what shall mean itself. Immutable; any thread.
 */
public final class ChannelPattern {
    /** A part that stands for any text, see {@link #overlaps}. */
    static final String ANY = "\0any";

    private final String text;
    private final Pattern pattern;
    private final int captureCount;
    private final List<Character> shape; // 0 for any text, 1 for any one character

    private ChannelPattern(
            final String text,
            final Pattern pattern,
            final int captureCount,
            final List<Character> shape) {
        this.text = text;
        this.pattern = pattern;
        this.captureCount = captureCount;
        this.shape = List.copyOf(shape);
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with what is wrong, a sentence without its subject.
     */
    public static ChannelPattern parse(final String text) {
        final StringBuilder regex = new StringBuilder();
        final List<Character> shape = new ArrayList<>();
        int captures = 0;
        int at = 0;
        while (at < text.length()) {
            final char c = text.charAt(at);
            if (c == '*' || c == '?') {
                regex.append(c == '*' ? "(.*)" : "(.)");
                shape.add(c == '*' ? (char) 0 : (char) 1);
                captures++;
                at++;
            } else if (c == '[') {
                final int close = text.indexOf(']', at + 1);
                if (close < 0) {
                    throw new IllegalArgumentException("has a bracket that is not closed");
                }
                regex.append('(').append(set(text.substring(at + 1, close))).append(')');
                shape.add((char) 1);
                captures++;
                at = close + 1;
            } else {
                if (c == '\\' && at + 1 < text.length()) {
                    at++;
                }
                regex.append(Pattern.quote(text.substring(at, at + 1)));
                shape.add(text.charAt(at));
                at++;
            }
        }
        try {
            return new ChannelPattern(
                    text, Pattern.compile(regex.toString(), Pattern.DOTALL), captures, shape);
        } catch (final PatternSyntaxException ex) {
            throw new IllegalArgumentException("has brackets that make no sense", ex);
        }
    }

    private static String set(final String members) {
        final boolean isNegated = members.startsWith("^");
        final StringBuilder regex = new StringBuilder(isNegated ? "[^" : "[");
        for (int i = isNegated ? 1 : 0; i < members.length(); i++) {
            final char c = members.charAt(i);
            if (c == '-') {
                regex.append(c);
            } else if (c == '\\' && i + 1 < members.length()) {
                i++;
                regex.append('\\').append(members.charAt(i));
            } else if (Character.isLetterOrDigit(c)) {
                regex.append(c);
            } else {
                regex.append('\\').append(c);
            }
        }
        return regex.append(']').toString();
    }

    /** Wildcards, brackets among them. */
    public int captureCount() {
        return captureCount;
    }

    /**
     * What the wildcards stand for.
     *
     * @return in their order; null if the channel does not match.
     */
    public @Nullable List<String> captures(final String channel) {
        final Matcher matcher = pattern.matcher(channel);
        if (!matcher.matches()) {
            return null;
        }
        final List<String> captures = new ArrayList<>(captureCount);
        for (int i = 1; i <= captureCount; i++) {
            captures.add(matcher.group(i));
        }
        return captures;
    }

    /** Whether a text made of parts, {@link #ANY} being any text, may be one that it matches. */
    boolean overlaps(final List<String> parts) {
        final List<Character> other = new ArrayList<>();
        for (final String part : parts) {
            if (part.equals(ANY)) {
                other.add((char) 0);
            } else {
                part.chars().forEach(c -> other.add((char) c));
            }
        }
        final boolean[][] meets = new boolean[shape.size() + 1][other.size() + 1];
        for (int i = shape.size(); i >= 0; i--) {
            for (int j = other.size(); j >= 0; j--) {
                meets[i][j] = meets(i, j, other, meets);
            }
        }
        return meets[0][0];
    }

    private boolean meets(
            final int i, final int j, final List<Character> other, final boolean[][] meets) {
        final boolean isEnd = i == shape.size();
        final boolean isOtherEnd = j == other.size();
        if (isEnd && isOtherEnd) {
            return true;
        }
        if (!isEnd && shape.get(i) == 0) {
            return meets[i + 1][j] || (!isOtherEnd && meets[i][j + 1]);
        }
        if (!isOtherEnd && other.get(j) == 0) {
            return meets[i][j + 1] || (!isEnd && meets[i + 1][j]);
        }
        return !isEnd
                && !isOtherEnd
                && (shape.get(i) == 1 || shape.get(i).equals(other.get(j)))
                && meets[i + 1][j + 1];
    }

    @Override
    public String toString() {
        return text;
    }
}
