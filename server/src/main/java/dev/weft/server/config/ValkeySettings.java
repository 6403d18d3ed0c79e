package dev.weft.server.config;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.PlanReader;
import dev.weft.server.bridge.plan.PlanTexts;
import dev.weft.server.bridge.plan.PlanTexts.Part;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.stream.subscription.FilterParser;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of the bridge to a Valkey or Redis server. */
final class ValkeySettings {
    private static final Map<Part, Setting> SETTINGS = new EnumMap<>(Part.class);

    static {
        SETTINGS.put(Part.SERVER, Setting.VALKEY_URL);
        SETTINGS.put(Part.PASSWORD, Setting.VALKEY_PASSWORD);
        SETTINGS.put(Part.NAME, Setting.VALKEY_NAME);
        SETTINGS.put(Part.FROM_STREAMS, Setting.VALKEY_FROM_STREAMS);
        SETTINGS.put(Part.GROUP, Setting.VALKEY_GROUP);
        SETTINGS.put(Part.FROM_CHANNELS, Setting.VALKEY_FROM_CHANNELS);
        SETTINGS.put(Part.TYPE, Setting.VALKEY_TYPE);
        SETTINGS.put(Part.CATEGORY, Setting.VALKEY_CATEGORY);
        SETTINGS.put(Part.SUBJECT, Setting.VALKEY_SUBJECT);
        SETTINGS.put(Part.TO_STREAM, Setting.VALKEY_TO_STREAM);
        SETTINGS.put(Part.TO_STREAM_LENGTH, Setting.VALKEY_TO_STREAM_LENGTH);
        SETTINGS.put(Part.TO_CHANNEL, Setting.VALKEY_TO_CHANNEL);
        SETTINGS.put(Part.FILTER, Setting.VALKEY_FILTER);
        SETTINGS.put(Part.REPLAY, Setting.VALKEY_REPLAY);
    }

    private ValkeySettings() {}

    /** What they say; null if there is nothing to bridge, or a mistake, which is noted. */
    static @Nullable BridgePlan read(final ConfigReader reader) {
        final PlanTexts texts = new PlanTexts();
        SETTINGS.forEach(
                (part, setting) -> {
                    switch (part) {
                        case FROM_STREAMS, FROM_CHANNELS ->
                                texts.put(part, reader.list(setting, each -> ""));
                        case FILTER -> texts.put(part, filter(reader.text(setting)));
                        default -> texts.put(part, reader.text(setting));
                    }
                });
        if (!texts.hasWork()) {
            return null;
        }
        if (!reader.list(Setting.VALKEY_FROM_STREAMS, each -> "").isEmpty()
                && reader.text(Setting.INDEX).equalsIgnoreCase("off")) {
            reader.wrong(
                    Setting.VALKEY_FROM_STREAMS,
                    "needs the index, which knows how far a stream was bridged: leave index on",
                    "");
        }
        final List<String> categories =
                new ArrayList<>(EventRules.forCallers(List.of(), List.of()).categoryNames());
        categories.addAll(reader.list(Setting.CATEGORIES, each -> ""));
        if (!categories.contains(reader.text(Setting.VALKEY_CATEGORY))) {
            reader.wrong(Setting.VALKEY_CATEGORY, "is no category that events may have", "");
        }
        checkFilter(reader, Set.copyOf(categories));
        return PlanReader.read(
                texts,
                (part, problem) ->
                        reader.wrong(SETTINGS.getOrDefault(part, Setting.VALKEY_URL), problem, ""));
    }

    private static void checkFilter(final ConfigReader reader, final Set<String> categories) {
        final QueryParameters query =
                QueryParameters.of(filter(reader.text(Setting.VALKEY_FILTER)));
        try {
            FilterParser.checkNames(query, FilterParser.NAMES);
            new FilterParser(categories).parse(query);
        } catch (final ProblemException ex) {
            reader.wrong(Setting.VALKEY_FILTER, "is no filter: " + ex.problem().detail(), "");
        }
    }

    private static List<String> filter(final String query) {
        final List<String> pairs = new ArrayList<>();
        for (final String pair : query.split("&", -1)) {
            if (!pair.isBlank()) {
                final int equals = pair.indexOf('=');
                pairs.add(decoded(equals < 0 ? pair : pair.substring(0, equals)));
                pairs.add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return pairs;
    }

    private static String decoded(final String text) {
        try {
            return URLDecoder.decode(text.trim(), StandardCharsets.UTF_8);
        } catch (final IllegalArgumentException ex) {
            return text; // is told where it is read as a filter
        }
    }
}
