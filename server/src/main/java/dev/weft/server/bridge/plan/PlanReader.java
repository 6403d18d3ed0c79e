package dev.weft.server.bridge.plan;

import dev.weft.protocol.event.TextRules;
import dev.weft.server.bridge.plan.BridgePlan.Channels;
import dev.weft.server.bridge.plan.BridgePlan.Mapping;
import dev.weft.server.bridge.plan.BridgePlan.Server;
import dev.weft.server.bridge.plan.BridgePlan.Streams;
import dev.weft.server.bridge.plan.BridgePlan.Targets;
import dev.weft.server.bridge.plan.PlanTexts.Part;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks what was said about a bridge and tells every mistake in it. Single use. */
public final class PlanReader {
    /** Most keys or patterns of one bridge. */
    static final int SOURCES_MAX = 64;

    private static final String SERVER = "redis://127.0.0.1:6379";
    private static final int PORT = 6379;
    private static final String NAME = "valkey";
    private static final String GROUP = "weft";
    private static final String INSTEAD = "x/x"; // of a template with a mistake
    private static final String CATEGORY = "system";
    private static final int TEXT_LENGTH_MAX = 512;
    private static final Pattern NAME_RULE = Pattern.compile("[a-z][a-z0-9_-]{0,15}");
    private static final Pattern CATEGORY_RULE = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    private final PlanTexts texts;
    private final BiConsumer<Part, String> mistakes;
    private final Set<String> told = new HashSet<>();

    private PlanReader(final PlanTexts texts, final BiConsumer<Part, String> mistakes) {
        this.texts = texts;
        this.mistakes = mistakes;
    }

    /**
     * Reads a plan.
     *
     * @param mistakes told what is wrong with a part: a sentence without its subject.
     * @return null if something is wrong.
     */
    public static @Nullable BridgePlan read(
            final PlanTexts texts, final BiConsumer<Part, String> mistakes) {
        return new PlanReader(texts, mistakes).read();
    }

    private @Nullable BridgePlan read() {
        final Server server = server();
        final String name = matching(Part.NAME, NAME, NAME_RULE);
        final String group = text(Part.GROUP, texts.one(Part.GROUP, GROUP));
        final List<String> keys = distinct(Part.FROM_STREAMS);
        final List<ChannelPattern> patterns = patterns();
        final String category = matching(Part.CATEGORY, CATEGORY, CATEGORY_RULE);
        final int captureCount =
                patterns.stream().mapToInt(ChannelPattern::captureCount).min().orElse(0);
        final Streams streams =
                keys.isEmpty()
                        ? null
                        : new Streams(keys, group, mapping(Template.Use.STREAM, category, 0));
        final Channels channels =
                patterns.isEmpty()
                        ? null
                        : new Channels(
                                patterns, mapping(Template.Use.CHANNEL, category, captureCount));
        final Targets targets = targets();
        checkRounds(keys, patterns, targets);
        return !told.isEmpty() ? null : new BridgePlan(server, name, streams, channels, targets);
    }

    private Server server() {
        final String text = texts.one(Part.SERVER, SERVER);
        final String password = texts.one(Part.PASSWORD, "");
        try {
            final URI uri = new URI(text);
            final boolean isTls = "rediss".equals(uri.getScheme());
            final String path = uri.getPath() == null ? "" : uri.getPath();
            final String user = uri.getUserInfo() == null ? "" : uri.getUserInfo();
            if ((isTls || "redis".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && path.matches("(/\\d{0,4})?")
                    && uri.getQuery() == null) {
                if (user.indexOf(':') >= 0) {
                    return wrong(
                            Part.SERVER,
                            "has a password in it, where everybody can read it; give it as"
                                    + " WEFT_VALKEY_PASSWORD",
                            new Server("", PORT, 0, false, "", ""));
                }
                return new Server(
                        uri.getHost(),
                        uri.getPort() < 0 ? PORT : uri.getPort(),
                        path.length() <= 1 ? 0 : Integer.parseInt(path.substring(1)),
                        isTls,
                        user,
                        password);
            }
        } catch (final URISyntaxException ex) {
            // Told below, like every other text that is no address.
        }
        return wrong(
                Part.SERVER,
                "is no address such as redis://host:6379/0 or rediss://user@host",
                new Server("", PORT, 0, false, "", ""));
    }

    private List<ChannelPattern> patterns() {
        final List<ChannelPattern> patterns = new ArrayList<>();
        for (final String text : distinct(Part.FROM_CHANNELS)) {
            try {
                patterns.add(ChannelPattern.parse(text));
            } catch (final IllegalArgumentException ex) {
                wrong(Part.FROM_CHANNELS, "\"" + text + "\" " + ex.getMessage(), "");
            }
        }
        return patterns;
    }

    private Mapping mapping(final Template.Use use, final String category, final int captureCount) {
        final boolean isStream = use == Template.Use.STREAM;
        final Template type =
                template(
                        Part.TYPE, isStream ? "valkey.entry" : "valkey.message", use, captureCount);
        final Template subject =
                template(
                        Part.SUBJECT,
                        isStream ? "stream/{name}" : "channel/{name}",
                        use,
                        captureCount);
        if (type.isConstant() && !TextRules.isCallersType(type.toString())) {
            wrong(Part.TYPE, "is no type that events may have", "");
        }
        final String sample = subject.fill(place -> "x");
        if (sample == null || !TextRules.isSubject(sample)) {
            wrong(Part.SUBJECT, "does not become a subject, kind/id, such as job/{data.id}", "");
        }
        return new Mapping(type, category, subject);
    }

    private Template template(
            final Part part,
            final String otherwise,
            final Template.Use use,
            final int captureCount) {
        try {
            return Template.parse(text(part, texts.one(part, otherwise)), use, captureCount);
        } catch (final IllegalArgumentException ex) {
            return wrong(
                    part,
                    String.valueOf(ex.getMessage()),
                    Template.parse(INSTEAD, use, captureCount));
        }
    }

    private Targets targets() {
        final String stream = texts.one(Part.TO_STREAM, "");
        final String channel = texts.one(Part.TO_CHANNEL, "");
        final String replay = texts.one(Part.REPLAY, "new").toLowerCase(Locale.ROOT);
        if (!replay.equals("new") && !replay.equals("all")) {
            wrong(Part.REPLAY, "is neither new nor all", "");
        }
        return new Targets(
                stream.isEmpty() ? null : text(Part.TO_STREAM, stream),
                length(),
                channel.isEmpty()
                        ? null
                        : template(Part.TO_CHANNEL, channel, Template.Use.EVENT, 0),
                texts.all(Part.FILTER),
                replay.equals("all"));
    }

    private long length() {
        final String text = texts.one(Part.TO_STREAM_LENGTH, "0");
        return text.matches("\\d{1,15}")
                ? Long.parseLong(text)
                : wrong(Part.TO_STREAM_LENGTH, "is no number of entries", 0L);
    }

    /** Refuses what would send the bridge its own events again, for ever. */
    private void checkRounds(
            final List<String> keys, final List<ChannelPattern> patterns, final Targets targets) {
        final String stream = targets.stream();
        if (stream != null && keys.contains(stream)) {
            wrong(Part.TO_STREAM, "is a source too: its entries would go round for ever", "");
        }
        final Template channel = targets.channel();
        if (channel != null && patterns.stream().anyMatch(channel::mayMatch)) {
            wrong(
                    Part.TO_CHANNEL,
                    "may become a channel that is a source: its messages would go round for ever",
                    "");
        }
    }

    private List<String> distinct(final Part part) {
        final List<String> all = texts.all(part);
        if (all.size() > SOURCES_MAX) {
            wrong(part, "has more than " + SOURCES_MAX + " parts", "");
        }
        if (new HashSet<>(all).size() < all.size()) {
            wrong(part, "has a part twice", "");
        }
        all.forEach(each -> text(part, each));
        return all;
    }

    private String matching(final Part part, final String otherwise, final Pattern rule) {
        final String text = texts.one(part, otherwise);
        return rule.matcher(text).matches()
                ? text
                : wrong(part, "does not match " + rule, otherwise);
    }

    private String text(final Part part, final String text) {
        if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
            return wrong(part, "has not 1 to " + TEXT_LENGTH_MAX + " characters", "x");
        }
        return text.chars().anyMatch(c -> c < ' ' || c == 0x7F)
                ? wrong(part, "has a control character", "x")
                : text;
    }

    private <T> T wrong(final Part part, final String problem, final T instead) {
        if (told.add(part + problem)) { // streams and channels share some parts
            mistakes.accept(part, problem);
        }
        return instead;
    }
}
