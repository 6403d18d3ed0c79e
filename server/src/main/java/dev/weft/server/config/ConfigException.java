package dev.weft.server.config;

import java.util.List;

/**
 * Everything that is wrong with the settings, one sentence each, with key, value, rule and source.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> mistakes;

    ConfigException(final List<String> mistakes) {
        super(String.join("; ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** At least one. */
    public List<String> mistakes() {
        return mistakes;
    }
}
