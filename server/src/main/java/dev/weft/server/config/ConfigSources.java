package dev.weft.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from, weakest first: default, file, environment, flag. Values stay text here;
 * {@link ConfigReader} gives them their types.
 */
final class ConfigSources {
    /** Variables that belong to the launcher or to other commands. */
    private static final Set<String> FOREIGN_VARIABLES =
            Set.of(
                    "WEFT_CONFIG",
                    "WEFT_HOME",
                    "WEFT_JAVA_OPTS",
                    "WEFT_MAVEN_OPTS",
                    "WEFT_URL",
                    "WEFT_API_KEY",
                    "WEFT_SPOOL",
                    "WEFT_JOB_ID",
                    "WEFT_STEP_ID",
                    "WEFT_PROCESS",
                    "WEFT_SESSION",
                    "WEFT_SESSION_ID");

    private static final String PREFIX = "WEFT_";

    /**
     * A text and where it stands.
     *
     * @param source such as {@code flag --port}.
     */
    record Sourced(String text, String source) {}

    private final Map<String, Sourced> values = new LinkedHashMap<>();
    private final List<String> mistakes = new ArrayList<>();

    ConfigSources(final Map<String, String> flags, final Map<String, String> environment) {
        for (final Setting setting : Setting.all()) {
            values.put(setting.key(), new Sourced(setting.defaultText(), "default"));
        }
        final String file = flags.getOrDefault("config", environment.get("WEFT_CONFIG"));
        if (file != null && !file.isEmpty()) {
            readFile(Path.of(file));
        }
        readEnvironment(environment);
        flags.forEach(
                (key, text) -> {
                    if (!"config".equals(key)) {
                        set(key, text, "flag --" + key);
                    }
                });
    }

    private void readFile(final Path path) {
        if (!Files.isReadable(path)) {
            mistakes.add("config: the file " + path + " cannot be read");
            return;
        }
        final Config config;
        try {
            config = ConfigFactory.parseFile(path.toFile());
        } catch (final com.typesafe.config.ConfigException ex) {
            mistakes.add("config: the file is not valid: " + ex.getMessage());
            return;
        }
        tellRepeated(path);
        for (final Map.Entry<String, ConfigValue> entry : config.root().entrySet()) {
            final ConfigValue value = entry.getValue();
            final String source = "file " + path + ":" + value.origin().lineNumber();
            if (value.valueType() == ConfigValueType.OBJECT) {
                mistakes.add(entry.getKey() + ": there are no nested settings (" + source + ")");
            } else {
                set(entry.getKey(), text(value, separator(entry.getKey())), source);
            }
        }
    }

    private void tellRepeated(final Path path) {
        try {
            ConfigKeys.of(Files.readString(path))
                    .forEach(
                            (key, lines) -> {
                                if (lines.size() > 1) {
                                    mistakes.add(
                                            key + ": is set more than once " + at(path, lines));
                                }
                            });
        } catch (final IOException ex) {
            mistakes.add("config: the file " + path + " cannot be read");
        }
    }

    private static String at(final Path path, final List<Integer> lines) {
        return lines.stream()
                .map(line -> "file " + path + ":" + line)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** Between the parts of a list; a command line may have commas. */
    private static String separator(final String key) {
        return Setting.all().stream()
                        .anyMatch(
                                setting ->
                                        setting.kind() == Setting.Kind.REPEATED
                                                && setting.key().equals(key))
                ? "\n"
                : ",";
    }

    private static String text(final ConfigValue value, final String separator) {
        if (value.valueType() == ConfigValueType.NULL) {
            return "";
        }
        if (value.unwrapped() instanceof List<?> list) {
            final List<String> texts = new ArrayList<>();
            list.forEach(each -> texts.add(String.valueOf(each)));
            return String.join(separator, texts);
        }
        return String.valueOf(value.unwrapped());
    }

    private void readEnvironment(final Map<String, String> environment) {
        final Set<String> known = new java.util.HashSet<>(FOREIGN_VARIABLES);
        for (final Setting setting : Setting.all()) {
            final String bare = setting.bareVariable();
            if (bare != null) {
                readVariable(setting, bare, environment.get(bare));
            }
            readVariable(setting, setting.variable(), environment.get(setting.variable()));
            known.add(setting.variable());
        }
        environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
                .sorted()
                .forEach(name -> mistakes.add(name + ": no such setting (environment)"));
    }

    private void readVariable(
            final Setting setting, final String name, final @Nullable String text) {
        if (text != null
                && !text.isEmpty()) { // an empty variable counts as none: it cannot be unset
            // everywhere
            values.put(setting.key(), new Sourced(text, "environment " + name));
        }
    }

    private void set(final String key, final String text, final String source) {
        final Sourced before = values.get(key);
        if (before == null) {
            mistakes.add(key + ": no such setting (" + source + ")");
        } else if (Setting.API_KEYS.key().equals(key)) {
            mistakes.add(
                    key + ": only in the environment or with --api-keys-file (" + source + ")");
        } else {
            values.put(key, new Sourced(text, source));
        }
    }

    Sourced get(final Setting setting) {
        final Sourced value = values.get(setting.key());
        if (value == null) {
            throw new IllegalArgumentException("not in the list of all settings: " + setting.key());
        }
        return value;
    }

    List<String> mistakes() {
        return mistakes;
    }
}
