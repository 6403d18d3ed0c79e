package dev.weft.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * At which lines the keys of a configuration file stand. The parser of the file lets the last of
 * two equal keys win without a word, so somebody has to look. Reads what that parser accepted: flat
 * HOCON, JSON or properties. Single use.
 */
final class ConfigKeys {
    private static final String TRIPLE_QUOTE = "\"\"\"";

    private final String text;
    private final Map<String, List<Integer>> lines = new LinkedHashMap<>();
    private final StringBuilder key = new StringBuilder();
    private int at;
    private int line = 1;
    private int keyLine;
    private int depth; // of brackets and braces inside a value
    private boolean isInKey = true;

    private ConfigKeys(final String text) {
        this.text = text;
    }

    /** Lines, counted from 1, of every key on the top level. */
    static Map<String, List<Integer>> of(final String text) {
        final ConfigKeys keys = new ConfigKeys(text);
        while (keys.at < text.length()) {
            keys.step();
        }
        return keys.lines;
    }

    private void step() {
        final char c = text.charAt(at);
        if (c == '#' || text.startsWith("//", at)) {
            skipComment();
        } else if (c == '"') {
            quoted();
        } else if (c == '\n') {
            line++;
            at++;
            endValue();
        } else if (c == ',') {
            at++;
            endValue();
        } else if (isInKey) {
            keyCharacter(c);
        } else {
            at++;
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        }
    }

    private void skipComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    /** A text in quotes, in which nothing means anything; part of a key if there. */
    private void quoted() {
        final String quote = text.startsWith(TRIPLE_QUOTE, at) ? TRIPLE_QUOTE : "\"";
        final int start = at + quote.length();
        int end = start;
        while (end < text.length() && !text.startsWith(quote, end)) {
            end += text.charAt(end) == '\\' && quote.length() == 1 ? 2 : 1;
        }
        end = Math.min(end, text.length());
        if (isInKey) {
            append(text.substring(start, end));
        }
        line += (int) text.substring(start, end).chars().filter(c -> c == '\n').count();
        at = Math.min(text.length(), end + quote.length());
    }

    private void keyCharacter(final char c) {
        at++;
        if (c == '=' || c == ':') {
            endKey();
        } else if (c == '{' && key.length() > 0) { // an object without a sign before it
            endKey();
            depth++;
        } else if (c > ' ' && c != '{' && c != '}') {
            append(String.valueOf(c));
        }
    }

    private void append(final String part) {
        if (key.length() == 0) {
            keyLine = line;
        }
        key.append(part);
    }

    /** {@code +=} adds to what stands before, so it is no second time. */
    private void endKey() {
        final int last = key.length() - 1;
        if (last >= 0 && key.charAt(last) != '+') {
            lines.computeIfAbsent(key.toString(), name -> new ArrayList<>()).add(keyLine);
        }
        isInKey = false;
    }

    private void endValue() {
        if (depth <= 0) {
            depth = 0;
            isInKey = true;
            key.setLength(0);
        }
    }
}
