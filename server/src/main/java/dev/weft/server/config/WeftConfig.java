package dev.weft.server.config;

import dev.weft.server.bridge.plan.BridgePlan;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a server, checked as a whole and immutable.
 *
 * @param durableByDefault a publish that does not say otherwise is answered when it is forced to
 *     disk.
 * @param indexed whether history can be searched.
 * @param logLevel in small letters.
 * @param door file for publishing by shared memory, null for none.
 * @param valkey what is bridged to and from a Valkey or Redis server, null for nothing.
 * @param demo whether the host's own telemetry is published.
 * @param effective one line per setting: key, value, source.
 */
public record WeftConfig(
        Listen listen,
        Access access,
        Path dataDirectory,
        boolean durableByDefault,
        boolean indexed,
        Retention retention,
        Threads threads,
        Streams streams,
        Events events,
        Sessions sessions,
        SessionCommands sessionCommands,
        JobCommands jobCommands,
        String logLevel,
        @Nullable Path door,
        @Nullable BridgePlan valkey,
        boolean demo,
        List<String> effective) {
    private static final int SHARED_CORES_MAX = 4;
    private static final int KEY_LENGTH_MIN = 16;
    private static final String WORKER = "worker";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#@\\s,]+");

    /**
     * Where it listens.
     *
     * @param port 0 for any free one.
     * @param unixSocket a file to listen on too, null for none.
     */
    public record Listen(
            InetAddress address,
            String host,
            int port,
            @Nullable Path unixSocket,
            TransportChoice transport,
            List<String> corsOrigins) {
        public Listen {
            corsOrigins = List.copyOf(corsOrigins);
        }
    }

    /** How sockets are served. */
    public enum TransportChoice {
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    /**
     * Who may use it.
     *
     * @param apiKeys keys in the clear; none means that nobody needs one.
     */
    public record Access(List<String> apiKeys) {
        public Access {
            apiKeys = List.copyOf(apiKeys);
        }

        @Override
        public String toString() {
            return "Access[" + apiKeys.size() + " keys]";
        }
    }

    /**
     * Who runs what.
     *
     * @param shared the sequencer runs on the first I/O thread.
     * @param ioThreads at least 1.
     * @param sequencerBusy a sequencer thread of its own never sleeps.
     * @param ringCapacity bytes, a power of two.
     * @param inboxCapacity publishes waiting for the sequencer.
     * @param durableCapacity publishes waiting to be forced to disk.
     */
    public record Threads(
            boolean shared,
            int ioThreads,
            boolean sequencerBusy,
            int ringCapacity,
            int inboxCapacity,
            int durableCapacity) {}

    /**
     * What of the journal may be deleted; 0 for a limit that is not set.
     *
     * @param leaseMaxNs how long a file that may go waits for its readers.
     */
    public record Retention(long ageNs, long bytes, long events, long leaseMaxNs) {}

    /** Limits and times of streams. */
    public record Streams(
            int subscribersMax, long keepAliveIntervalNs, long retryMinNs, long retryMaxNs) {}

    /** What events may say besides the built-in words. */
    public record Events(Set<String> categories, Set<String> sourceKinds) {
        public Events {
            categories = Set.copyOf(categories);
            sourceKinds = Set.copyOf(sourceKinds);
        }
    }

    /**
     * Who works for sessions, and how.
     *
     * @param leaseNs how long a worker that is not heard of keeps a session.
     * @param lossesMax workers that may be lost before a session has failed.
     * @param strictOrder AG-UI events in a wrong order are refused.
     */
    public record Sessions(long leaseNs, int lossesMax, boolean strictOrder) {}

    /**
     * Commands that sessions may ask for; 0 for a limit that is not set.
     *
     * @param commands words of each by its name.
     * @param directory in which each session gets one to work in; null for one beside the journal.
     * @param graceNs how long one may take to end before it is killed.
     * @param processesMax sessions whose commands run at once.
     */
    public record SessionCommands(
            Map<String, List<String>> commands,
            @Nullable Path directory,
            long graceNs,
            int processesMax,
            long memoryMax,
            long filesMax,
            long cpuMaxNs) {
        public SessionCommands {
            commands = Map.copyOf(commands);
        }
    }

    private enum AguiOrder {
        WARN,
        STRICT
    }

    /**
     * Commands that jobs may run.
     *
     * @param commands words of each by its name.
     * @param directory in which they run.
     * @param runningMax at a time.
     */
    public record JobCommands(Map<String, List<String>> commands, Path directory, int runningMax) {
        public JobCommands {
            commands = Map.copyOf(commands);
        }
    }

    private enum Durability {
        JOURNALED,
        DURABLE
    }

    private enum OnOff {
        ON,
        OFF
    }

    private enum Threading {
        AUTO,
        SHARED,
        DEDICATED
    }

    private enum SequencerIdle {
        PARK,
        BUSY
    }

    private enum LogLevel {
        INFO,
        TRACE,
        DEBUG,
        WARN,
        WARNING,
        ERROR,
        CRITICAL
    }

    /**
     * Reads and checks everything.
     *
     * @param flags values from the command line by key; {@code config} names the file.
     * @throws ConfigException with all mistakes.
     */
    public static WeftConfig load(
            final Map<String, String> flags, final Map<String, String> environment) {
        final ConfigSources sources = new ConfigSources(flags, environment);
        final ConfigReader reader = new ConfigReader(sources);
        final Access access = readAccess(reader);
        final WeftConfig config =
                new WeftConfig(
                        readListen(reader, access),
                        access,
                        reader.path(Setting.DATA_DIR),
                        reader.choice(Setting.DURABILITY, Durability.values())
                                == Durability.DURABLE,
                        reader.choice(Setting.INDEX, OnOff.values()) == OnOff.ON,
                        new Retention(
                                reader.nanosOrNone(Setting.RETENTION_AGE, "1m", "10000d"),
                                reader.bytesOrNone(Setting.RETENTION_BYTES, "1m", "1024t"),
                                reader.wholeOrNone(
                                        Setting.RETENTION_EVENTS, 1, 1_000_000_000_000_000L),
                                reader.nanos(Setting.RETENTION_LEASE_MAX, "0s", "1d")),
                        readThreads(reader),
                        readStreams(reader),
                        new Events(
                                readNames(reader, Setting.CATEGORIES),
                                readNames(reader, Setting.SOURCE_KINDS)),
                        new Sessions(
                                reader.nanos(Setting.SESSION_LEASE, "1s", "1h"),
                                reader.whole(Setting.SESSION_LOSSES_MAX, 1, 1_000),
                                reader.choice(Setting.AGUI_ORDER, AguiOrder.values())
                                        == AguiOrder.STRICT),
                        readSessionCommands(reader),
                        new JobCommands(
                                reader.commands(Setting.JOB_COMMAND),
                                reader.path(Setting.JOB_COMMAND_DIRECTORY),
                                reader.whole(Setting.JOB_COMMANDS_MAX, 1, 256)),
                        readLogLevel(reader),
                        reader.text(Setting.DOOR).isEmpty() ? null : reader.path(Setting.DOOR),
                        ValkeySettings.read(reader),
                        reader.yes(Setting.DEMO),
                        describe(sources, access));
        if (!reader.mistakes().isEmpty()) {
            throw new ConfigException(reader.mistakes());
        }
        return config;
    }

    /** Reads settings from flags alone; for programs and tests that embed a server. */
    public static WeftConfig of(final Map<String, String> flags) {
        return load(flags, Map.of());
    }

    private static Listen readListen(final ConfigReader reader, final Access access) {
        final String host = reader.text(Setting.HOST);
        InetAddress address = InetAddress.getLoopbackAddress();
        try {
            address = InetAddress.getByName(host.isEmpty() ? "?" : host);
        } catch (final UnknownHostException ex) {
            reader.wrong(Setting.HOST, "is no address of this machine", address);
        }
        final boolean mayBeOpen = reader.yes(Setting.ALLOW_UNAUTHENTICATED);
        if (!address.isLoopbackAddress() && access.apiKeys().isEmpty() && !mayBeOpen) {
            reader.wrong(
                    Setting.HOST,
                    "can be reached from other machines, and no keys are set: give --api-keys-file or WEFT_API_KEYS, or"
                            + " say --allow-unauthenticated",
                    address);
        }
        return new Listen(
                address,
                host,
                reader.whole(Setting.PORT, 0, 65_535),
                reader.text(Setting.UNIX_SOCKET).isEmpty()
                        ? null
                        : reader.path(Setting.UNIX_SOCKET),
                reader.choice(Setting.TRANSPORT, TransportChoice.values()),
                reader.list(
                        Setting.CORS_ORIGINS,
                        part ->
                                part.equals("*") || ORIGIN.matcher(part).matches()
                                        ? ""
                                        : "has a part that is no origin such as https://app.example: \""
                                                + part
                                                + "\""));
    }

    private static Access readAccess(final ConfigReader reader) {
        final List<String> keys =
                new ArrayList<>(
                        reader.lines(
                                Setting.API_KEYS_FILE,
                                key -> isKey(key) ? "" : "is a key that " + keyRule()));
        keys.addAll(
                reader.list(
                        Setting.API_KEYS, key -> isKey(key) ? "" : "has a key that " + keyRule()));
        return new Access(keys);
    }

    private static boolean isKey(final String key) {
        return key.length() >= KEY_LENGTH_MIN && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static String keyRule() {
        return "is shorter than " + KEY_LENGTH_MIN + " characters or not visible ASCII";
    }

    private static Threads readThreads(final ConfigReader reader) {
        final int cores = Runtime.getRuntime().availableProcessors();
        final Threading threading = reader.choice(Setting.THREADING, Threading.values());
        final boolean shared =
                threading == Threading.SHARED
                        || (threading == Threading.AUTO && cores <= SHARED_CORES_MAX);
        final int ioThreads = reader.whole(Setting.IO_THREADS, 0, 64);
        final int ringCapacity = reader.bytes(Setting.RING_CAPACITY, "16m", "1g");
        if (Integer.bitCount(ringCapacity) != 1) {
            reader.wrong(Setting.RING_CAPACITY, "is not a power of two", 0);
        }
        return new Threads(
                shared,
                ioThreads == 0 ? (shared ? 1 : Math.max(1, cores / 2)) : ioThreads,
                reader.choice(Setting.SEQUENCER_IDLE, SequencerIdle.values()) == SequencerIdle.BUSY,
                ringCapacity,
                reader.whole(Setting.INBOX_CAPACITY, 64, 1 << 20),
                reader.whole(Setting.DURABLE_CAPACITY, 64, 1 << 20));
    }

    private static Streams readStreams(final ConfigReader reader) {
        final Streams streams =
                new Streams(
                        reader.whole(Setting.SUBSCRIBERS_MAX, 1, 1_000_000),
                        reader.nanos(Setting.KEEP_ALIVE_INTERVAL, "100ms", "1h"),
                        reader.nanos(Setting.RETRY_MIN, "1ms", "1h"),
                        reader.nanos(Setting.RETRY_MAX, "1ms", "1h"));
        if (streams.retryMinNs() > streams.retryMaxNs()) {
            reader.wrong(Setting.RETRY_MIN, "is longer than retry-max", 0);
        }
        return streams;
    }

    private static SessionCommands readSessionCommands(final ConfigReader reader) {
        final Map<String, List<String>> commands = reader.commands(Setting.SESSION_COMMAND);
        if (commands.containsKey(WORKER)) {
            reader.wrong(
                    Setting.SESSION_COMMAND,
                    "has a command of the name "
                            + WORKER
                            + ", which is that of programs from outside",
                    "");
        }
        return new SessionCommands(
                commands,
                reader.text(Setting.SESSION_DIRECTORY).isEmpty()
                        ? null
                        : reader.path(Setting.SESSION_DIRECTORY),
                reader.nanos(Setting.SESSION_GRACE, "1ms", "10m"),
                reader.whole(Setting.SESSION_PROCESSES_MAX, 1, 100_000),
                reader.bytesOrNone(Setting.SESSION_MEMORY_MAX, "1m", "1t"),
                reader.wholeOrNone(Setting.SESSION_FILES_MAX, 16, 1_000_000),
                reader.nanosOrNone(Setting.SESSION_CPU_MAX, "1s", "365d"));
    }

    private static Set<String> readNames(final ConfigReader reader, final Setting setting) {
        return Set.copyOf(
                reader.list(
                        setting,
                        name ->
                                NAME.matcher(name).matches()
                                        ? ""
                                        : "has a name that does not match "
                                                + NAME
                                                + ": \""
                                                + name
                                                + "\""));
    }

    private static String readLogLevel(final ConfigReader reader) {
        return switch (reader.choice(Setting.LOG_LEVEL, LogLevel.values())) {
            case TRACE -> "trace";
            case DEBUG -> "debug";
            case INFO -> "info";
            case WARN, WARNING -> "warn";
            case ERROR, CRITICAL -> "error";
        };
    }

    private static List<String> describe(final ConfigSources sources, final Access access) {
        final List<String> lines = new ArrayList<>();
        for (final Setting setting : Setting.all()) {
            final ConfigSources.Sourced value = sources.get(setting);
            final boolean isHidden =
                    setting.kind() == Setting.Kind.SECRET && !value.text().isEmpty();
            final String shown =
                    !isHidden
                            ? value.text()
                            : setting.equals(Setting.API_KEYS)
                                    ? "(hidden, " + access.apiKeys().size() + " keys in all)"
                                    : "(hidden)";
            lines.add(
                    String.format(
                                    Locale.ROOT,
                                    "%-22s %-24s %s",
                                    setting.key(),
                                    shown,
                                    value.source())
                            .stripTrailing());
        }
        return lines;
    }
}
