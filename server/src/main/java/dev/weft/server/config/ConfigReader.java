package dev.weft.server.config;

import dev.weft.server.config.ConfigSources.Sourced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * Gives settings their types. A value that breaks its rule is noted and replaced by the smallest
 * allowed one, so that all mistakes are found in one go.
 */
final class ConfigReader {
    private static final Pattern COMMAND_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String NO_COMMAND = "has a command that is not name=command line with ";

    private final ConfigSources sources;
    private final List<String> mistakes;

    ConfigReader(final ConfigSources sources) {
        this.sources = sources;
        this.mistakes = new ArrayList<>(sources.mistakes());
    }

    String text(final Setting setting) {
        return sources.get(setting).text().trim();
    }

    int whole(final Setting setting, final int min, final int max) {
        return (int)
                number(
                        setting,
                        min,
                        max,
                        Long::parseLong,
                        "a whole number from " + min + " to " + max);
    }

    /** A number of bytes such as {@code 64k}. */
    int bytes(final Setting setting, final String min, final String max) {
        return (int)
                number(
                        setting,
                        Units.bytes(min),
                        Units.bytes(max),
                        Units::bytes,
                        "a size from " + min + " to " + max);
    }

    /** Nanoseconds of a time such as {@code 5s}. */
    long nanos(final Setting setting, final String min, final String max) {
        return number(
                setting,
                Units.nanos(min),
                Units.nanos(max),
                Units::nanos,
                "a time with unit from " + min + " to " + max);
    }

    /** The same, but 0 if the setting is empty. */
    long nanosOrNone(final Setting setting, final String min, final String max) {
        return text(setting).isEmpty() ? 0 : nanos(setting, min, max);
    }

    /** A number of bytes such as {@code 10g}, which may be large; 0 if the setting is empty. */
    long bytesOrNone(final Setting setting, final String min, final String max) {
        return text(setting).isEmpty()
                ? 0
                : number(
                        setting,
                        Units.bytes(min),
                        Units.bytes(max),
                        Units::bytes,
                        "a size from " + min + " to " + max);
    }

    /** A whole number; 0 if the setting is empty. */
    long wholeOrNone(final Setting setting, final long min, final long max) {
        return text(setting).isEmpty()
                ? 0
                : number(
                        setting,
                        min,
                        max,
                        Long::parseLong,
                        "a whole number from " + min + " to " + max);
    }

    private long number(
            final Setting setting,
            final long min,
            final long max,
            final ToLongFunction<String> parser,
            final String rule) {
        OptionalLong number;
        try {
            number = OptionalLong.of(parser.applyAsLong(text(setting)));
        } catch (final NumberFormatException ex) {
            number = OptionalLong.empty();
        }
        if (number.isPresent() && number.getAsLong() >= min && number.getAsLong() <= max) {
            return number.getAsLong();
        }
        return wrong(setting, "is not " + rule, min);
    }

    boolean yes(final Setting setting) {
        return switch (text(setting).toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> wrong(setting, "is not true or false", false);
        };
    }

    <E extends Enum<E>> E choice(final Setting setting, final E[] values) {
        final String text = text(setting);
        for (final E value : values) {
            if (value.name().equalsIgnoreCase(text)) {
                return value;
            }
        }
        final String names = Arrays.toString(values).toLowerCase(Locale.ROOT);
        return wrong(setting, "is not one of " + names.substring(1, names.length() - 1), values[0]);
    }

    /**
     * Parts between commas; {@code check} tells what is wrong with one of them, or answers an empty
     * text.
     */
    List<String> list(final Setting setting, final Function<String, String> check) {
        final List<String> parts = new ArrayList<>();
        for (final String part : text(setting).split(",", -1)) {
            final String trimmed = part.trim();
            if (!trimmed.isEmpty()) {
                final String problem = check.apply(trimmed);
                if (problem.isEmpty()) {
                    parts.add(trimmed);
                } else {
                    wrong(setting, problem, "");
                }
            }
        }
        return List.copyOf(parts);
    }

    /**
     * Commands that were given one by one, each {@code name=command line}: the words of each by its
     * name.
     */
    Map<String, List<String>> commands(final Setting setting) {
        final Map<String, List<String>> found = new LinkedHashMap<>();
        for (final String line : text(setting).split("\n", -1)) {
            final int equals = line.indexOf('=');
            final String name = line.substring(0, Math.max(0, equals)).trim();
            if (line.isBlank()) {
                continue;
            }
            if (!COMMAND_NAME.matcher(name).matches()) {
                wrong(
                        setting,
                        NO_COMMAND + "a name that matches " + COMMAND_NAME + ": " + line,
                        "");
            } else if (found.containsKey(name)) {
                wrong(setting, "has a name twice: " + name, "");
            } else {
                found.put(name, words(setting, line, line.substring(equals + 1)));
            }
        }
        return found;
    }

    private List<String> words(final Setting setting, final String line, final String command) {
        try {
            final List<String> words = CommandWords.of(command);
            return words.isEmpty() || words.get(0).isEmpty()
                    ? wrong(setting, NO_COMMAND + "a program: " + line, List.of())
                    : words;
        } catch (final IllegalArgumentException ex) {
            return wrong(
                    setting, "has a command line that " + ex.getMessage() + ": " + line, List.of());
        }
    }

    Path path(final Setting setting) {
        try {
            final Path path = Path.of(text(setting));
            return text(setting).isEmpty() ? wrong(setting, "is empty", path) : path;
        } catch (final InvalidPathException ex) {
            return wrong(setting, "is no path", Path.of("."));
        }
    }

    /**
     * Lines of a file without empty ones and comments; none if the setting is empty.
     *
     * @param check tells what is wrong with a line, or answers an empty text.
     */
    List<String> lines(final Setting setting, final Function<String, String> check) {
        if (text(setting).isEmpty()) {
            return List.of();
        }
        final List<String> all;
        try {
            all = Files.readAllLines(path(setting));
        } catch (final IOException ex) {
            return wrong(setting, "is a file that cannot be read: " + ex.getMessage(), List.of());
        }
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            final String line = all.get(i).trim();
            if (!line.isEmpty() && !line.startsWith("#")) {
                lines.add(line);
                final String problem = check.apply(line);
                if (!problem.isEmpty()) {
                    wrong(setting, "is a file whose line " + (i + 1) + " " + problem, "");
                }
            }
        }
        return lines.isEmpty() ? wrong(setting, "is a file without a key", List.of()) : lines;
    }

    /** Notes a mistake. */
    <T> T wrong(final Setting setting, final String problem, final T instead) {
        final Sourced value = sources.get(setting);
        final String shown =
                setting.kind() == Setting.Kind.SECRET ? "(hidden)" : "\"" + value.text() + "\"";
        mistakes.add(setting.key() + ": " + shown + " " + problem + " (" + value.source() + ")");
        return instead;
    }

    List<String> mistakes() {
        return mistakes;
    }
}
