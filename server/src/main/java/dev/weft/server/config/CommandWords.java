package dev.weft.server.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Parts a command line into its words. They are parted by spaces; quotes of both kinds and a
 * backslash keep what a shell would, and nothing else means anything: no shell runs. Single use.
 */
final class CommandWords {
    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean isInWord;
    private int at;

    private CommandWords(final String line) {
        this.line = line;
    }

    /**
     * The words of a line, in their order.
     *
     * @throws IllegalArgumentException if it ends too early; the message says where.
     */
    static List<String> of(final String line) {
        final CommandWords parts = new CommandWords(line);
        while (parts.at < line.length()) {
            parts.step(line.charAt(parts.at++));
        }
        parts.endWord();
        return List.copyOf(parts.words);
    }

    private void step(final char c) {
        switch (c) {
            case ' ', '\t' -> endWord();
            case '\'', '"' -> quoted(c);
            case '\\' -> {
                isInWord = true;
                word.append(next());
            }
            default -> {
                isInWord = true;
                word.append(c);
            }
        }
    }

    private void quoted(final char quote) {
        isInWord = true;
        for (char c = next(); c != quote; c = next()) {
            word.append(c == '\\' && quote == '"' ? next() : c);
        }
    }

    private char next() {
        if (at == line.length()) {
            throw new IllegalArgumentException("ends within a quote or behind a backslash");
        }
        return line.charAt(at++);
    }

    private void endWord() {
        if (isInWord) {
            words.add(word.toString());
            word.setLength(0);
            isInWord = false;
        }
    }
}
