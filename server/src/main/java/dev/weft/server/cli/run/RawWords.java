package dev.weft.server.cli.run;

import dev.weft.server.process.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The words of a command byte by byte. Java makes text of the arguments of a process, and loses
 * what is none in its encoding; the bytes themselves are in {@code /proc/self/cmdline} (proc(5)). A
 * command that has such arguments is started through a shell that puts them together and becomes
 * the command. Stateless.
 */
final class RawWords {
    private static final Path OWN = Path.of("/proc/self/cmdline");
    private static final char LOST = '\ufffd';
    private static final char LOST_IN_ASCII = '?';

    private RawWords() {}

    /**
     * The words of a program that does what these words say, with exactly the bytes that this
     * process was given.
     *
     * @param words the last arguments of this process, as Java reads them.
     * @throws IllegalArgumentException if the name of the program itself cannot be read; the
     *     message is for people.
     */
    static List<String> exact(final List<String> words) {
        if (words.stream().noneMatch(RawWords::mayBeDamaged)) {
            return words;
        }
        try {
            return exact(words, Files.readAllBytes(OWN));
        } catch (final IOException ex) {
            return words; // no such system
        }
    }

    /**
     * The same of a given command line.
     *
     * @param commandLine of which each argument ends with NUL.
     */
    static List<String> exact(final List<String> words, final byte[] commandLine) {
        final List<byte[]> all = arguments(commandLine);
        final List<byte[]> raw = all.subList(Math.max(0, all.size() - words.size()), all.size());
        final SortedSet<Integer> damaged = new TreeSet<>();
        for (int i = 0; i < words.size(); i++) {
            final String word = words.get(i);
            if (i >= raw.size() || (!isSame(word, raw.get(i)) && !mayBeDamaged(word))) {
                return words; // they are of another command line
            }
            if (!isSame(word, raw.get(i))) {
                damaged.add(i);
            }
        }
        if (damaged.isEmpty()) {
            return words;
        }
        if (damaged.first() == 0) {
            throw new IllegalArgumentException(
                    "the name of the program cannot be read, it is no UTF-8 or the locale is not: "
                            + words.get(0));
        }
        try {
            return shell(Programs.find(words.get(0), null).toString(), words, raw, damaged);
        } catch (final IOException ex) {
            return words; // their start says why
        }
    }

    private static boolean mayBeDamaged(final String word) {
        return word.indexOf(LOST) >= 0 || word.indexOf(LOST_IN_ASCII) >= 0;
    }

    private static boolean isSame(final String word, final byte[] raw) {
        return Arrays.equals(word.getBytes(StandardCharsets.UTF_8), raw);
    }

    private static List<byte[]> arguments(final byte[] commandLine) {
        final List<byte[]> arguments = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                arguments.add(Arrays.copyOfRange(commandLine, begin, i));
                begin = i + 1;
            }
        }
        return arguments;
    }

    /** What is lost is written in octal; the mark at its end keeps line feeds that it ends with. */
    private static List<String> shell(
            final String program,
            final List<String> words,
            final List<byte[]> raw,
            final SortedSet<Integer> damaged) {
        final StringBuilder script = new StringBuilder(256);
        final StringBuilder call = new StringBuilder("exec \"$0\"");
        final List<String> shell = new ArrayList<>(List.of("sh", "-c", "", program));
        for (int i = 1; i < words.size(); i++) {
            if (damaged.contains(i)) {
                script.append('a').append(i).append("=$(printf '");
                for (final byte b : raw.get(i)) {
                    script.append("\\%03o".formatted(b & 0xFF));
                }
                script.append("_')\n");
                call.append(" \"${a").append(i).append("%_}\"");
                shell.add("");
            } else {
                call.append(" \"${").append(i).append("}\"");
                shell.add(words.get(i));
            }
        }
        shell.set(2, script.append(call).toString());
        return shell;
    }
}
