package dev.weft.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads commands with names: {@code NAME=COMMAND LINE}, several between semicolons. Words are
 * parted by spaces; quotes of both kinds and a backslash keep what a shell would, and nothing else
 * means anything: no shell runs. Single use.
 */
final class CommandLines {
    private static final String NAME = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?";

    private final String text;
    private final Map<String, List<String>> commands = new LinkedHashMap<>();
    private List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean isInWord;
    private int at;

    private CommandLines(final String text) {
        this.text = text;
    }

    /**
     * Words of each command by its name, in their order.
     *
     * @throws IllegalArgumentException if it is not written so; the message says what is wrong.
     */
    static Map<String, List<String>> parse(final String text) {
        final CommandLines lines = new CommandLines(text);
        while (lines.at < text.length()) {
            lines.step(text.charAt(lines.at++));
        }
        lines.endCommand();
        return lines.commands;
    }

    private void step(final char c) {
        switch (c) {
            case ' ', '\t' -> endWord();
            case ';', '\n' -> endCommand();
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
        if (at == text.length()) {
            throw new IllegalArgumentException("ends within a quote or behind a backslash");
        }
        return text.charAt(at++);
    }

    private void endWord() {
        if (isInWord) {
            words.add(word.toString());
            word.setLength(0);
            isInWord = false;
        }
    }

    private void endCommand() {
        endWord();
        if (words.isEmpty()) {
            return;
        }
        final String first = words.get(0);
        final int equals = first.indexOf('=');
        final String name = equals < 0 ? "" : first.substring(0, equals);
        if (!name.matches(NAME) || name.equals("worker")) {
            throw new IllegalArgumentException(
                    "has no name before a command: NAME=COMMAND LINE, NAME 1 to 32 of a-z 0-9 -,"
                            + " not worker");
        }
        words.set(0, first.substring(equals + 1));
        if (words.get(0).isEmpty()) {
            throw new IllegalArgumentException("has no program for the command " + name);
        }
        if (commands.put(name, List.copyOf(words)) != null) {
            throw new IllegalArgumentException("has the command " + name + " twice");
        }
        words = new ArrayList<>();
    }
}
