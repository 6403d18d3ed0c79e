package dev.weft.server.cli.serve;

import dev.weft.server.config.ConfigException;
import dev.weft.server.config.WeftConfig;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Settings as options of a command: how they are made, and read together with their other sources.
 */
final class SettingOptions {
    private SettingOptions() {}

    /** The option that names a file with settings. */
    static OptionSpec configFile() {
        return text("--config", "<file>", "file with settings; also by WEFT_CONFIG");
    }

    static OptionSpec text(final String name, final String parameter, final String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(parameter)
                .description(description)
                .build();
    }

    /** One that may be given several times. */
    static OptionSpec repeated(
            final String name, final String parameter, final String description) {
        return OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(parameter)
                .description(description)
                .build();
    }

    /**
     * The settings by the flags that were given, the environment and the file.
     *
     * @return empty if there are mistakes; they have been told to the command's error output.
     */
    static Optional<WeftConfig> load(final CommandSpec spec) {
        try {
            return Optional.of(WeftConfig.load(flags(spec), System.getenv()));
        } catch (final ConfigException ex) {
            final PrintWriter err = spec.commandLine().getErr();
            err.println("weft: wrong settings:");
            ex.mistakes().forEach(mistake -> err.println("  " + mistake));
            return Optional.empty();
        }
    }

    private static Map<String, String> flags(final CommandSpec spec) {
        final Map<String, String> flags = new LinkedHashMap<>();
        for (final OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            final Object value = option.getValue();
            if (value instanceof String text) {
                flags.put(option.longestName().substring(2), text);
            } else if (value instanceof List<?> texts) {
                flags.put(
                        option.longestName().substring(2),
                        texts.stream().map(String::valueOf).collect(Collectors.joining("\n")));
            }
        }
        return flags;
    }
}
