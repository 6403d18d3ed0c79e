package dev.weft.server.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set: in a file under its key, in the environment as {@code WEFT_} and the
 * key in capitals, on the command line as {@code --} and the key.
 *
 * @param key words with hyphens.
 * @param defaultText value when nobody sets it, as it would be written.
 * @param parameter what a value looks like, for the help; empty for a switch.
 * @param bareVariable further environment variable without the prefix, or null.
 * @param kind how it may be set and shown.
 */
public record Setting(
        String key,
        String defaultText,
        String parameter,
        String description,
        @Nullable String bareVariable,
        Kind kind) {
    /** How a setting may be set and shown. */
    public enum Kind {
        PLAIN,
        /** On the command line it needs no value. */
        SWITCH,
        /** It may be given several times; in a file it is a list. */
        REPEATED,
        /** Never shown, and no flag: command lines can be read by every user of a machine. */
        SECRET
    }

    static final Setting HOST =
            bare("host", "127.0.0.1", "<address>", "address to listen on; 0.0.0.0 for all", "HOST");
    static final Setting PORT =
            bare("port", "8765", "<0..65535>", "port to listen on; 0 for any free one", "PORT");
    static final Setting UNIX_SOCKET =
            plain(
                    "unix-socket",
                    "",
                    "<path>",
                    "Unix domain socket to listen on too, with mode 0660");
    static final Setting DATA_DIR =
            bare("data-dir", "./data", "<directory>", "where the journal lies", "DATA_DIR");
    static final Setting DURABILITY =
            plain(
                    "durability",
                    "journaled",
                    "journaled|durable",
                    "when a publish is answered, unless it says so itself");
    static final Setting INDEX =
            plain(
                    "index",
                    "on",
                    "on|off",
                    "whether events are indexed; off: no pages, totals or exports of history");
    static final Setting THREADING =
            plain(
                    "threading",
                    "auto",
                    "auto|shared|dedicated",
                    "sequencer on an I/O thread or on its own; auto: shared up to 4 cores");
    static final Setting TRANSPORT =
            plain(
                    "transport",
                    "auto",
                    "auto|io_uring|epoll|nio",
                    "how sockets are served; auto: the fastest that works here");
    static final Setting IO_THREADS =
            plain(
                    "io-threads",
                    "0",
                    "<0..64>",
                    "event loops; 0: one when shared, else one for two cores");
    static final Setting DOOR =
            plain(
                    "door",
                    "",
                    "<file>",
                    "shared memory through which processes of this host publish, best on /dev/shm");
    static final Setting SEQUENCER_IDLE =
            plain(
                    "sequencer-idle",
                    "park",
                    "park|busy",
                    "what threads of the sequencer and the door do without work");
    static final Setting RING_CAPACITY =
            plain(
                    "ring-capacity",
                    "16m",
                    "<16m..1g>",
                    "newest events kept in memory for live subscribers");
    static final Setting INBOX_CAPACITY =
            plain("inbox-capacity", "8192", "<64..1048576>", "publishes waiting for the sequencer");
    static final Setting DURABLE_CAPACITY =
            plain(
                    "durable-capacity",
                    "8192",
                    "<64..1048576>",
                    "publishes waiting to be forced to disk");
    static final Setting SUBSCRIBERS_MAX =
            plain("subscribers-max", "20000", "<1..1000000>", "most subscribers at a time");
    static final Setting KEEP_ALIVE_INTERVAL =
            plain("keep-alive-interval", "15s", "<100ms..1h>", "longest silence on a stream");
    static final Setting RETRY_MIN =
            plain("retry-min", "2s", "<1ms..1h>", "shortest delay before a client comes back");
    static final Setting RETRY_MAX =
            plain("retry-max", "5s", "<1ms..1h>", "longest delay before a client comes back");
    static final Setting CATEGORIES =
            plain("categories", "", "<name,...>", "categories of events besides the built-in ones");
    static final Setting SOURCE_KINDS =
            plain("source-kinds", "", "<name,...>", "kinds of sources besides the built-in ones");
    static final Setting CORS_ORIGINS =
            bare(
                    "cors-origins",
                    "",
                    "<origin,...>",
                    "web pages that may use the server, such as https://app.example; * for all",
                    "CORS_ORIGINS");
    static final Setting API_KEYS_FILE =
            plain(
                    "api-keys-file",
                    "",
                    "<file>",
                    "file with one API key per line; then all but /health and /health/database needs one");
    static final Setting API_KEYS =
            new Setting(
                    "api-keys",
                    "",
                    "<key,...>",
                    "API keys, in the environment only",
                    null,
                    Kind.SECRET);
    static final Setting ALLOW_UNAUTHENTICATED =
            new Setting(
                    "allow-unauthenticated",
                    "false",
                    "",
                    "listen beyond loopback without keys",
                    null,
                    Kind.SWITCH);
    static final Setting RETENTION_AGE =
            plain(
                    "retention-age",
                    "",
                    "<1m..10000d>",
                    "delete old files of the journal, but no event younger than this");
    static final Setting RETENTION_BYTES =
            plain(
                    "retention-bytes",
                    "",
                    "<1m..1024t>",
                    "delete old files of the journal when all of them take more than this");
    static final Setting RETENTION_EVENTS =
            plain(
                    "retention-events",
                    "",
                    "<1..10^15>",
                    "delete old files of the journal, but none of so many newest events");
    static final Setting RETENTION_LEASE_MAX =
            plain(
                    "retention-lease-max",
                    "10m",
                    "<0s..1d>",
                    "how long a file that may go waits for those who still read it");
    static final Setting SESSION_LEASE =
            plain(
                    "session-lease",
                    "30s",
                    "<1s..1h>",
                    "how long a worker keeps a session without being heard of");
    static final Setting SESSION_LOSSES_MAX =
            plain(
                    "session-losses-max",
                    "3",
                    "<1..1000>",
                    "workers that a session may lose before it has failed");
    static final Setting AGUI_ORDER =
            plain(
                    "agui-order",
                    "warn",
                    "warn|strict",
                    "whether AG-UI events of a session in a wrong order are taken or refused");
    static final Setting VALKEY_URL =
            plain(
                    "valkey-url",
                    "redis://127.0.0.1:6379",
                    "<url>",
                    "Valkey or Redis server of the bridge; rediss:// with TLS; its password is"
                            + " WEFT_VALKEY_PASSWORD");
    static final Setting VALKEY_PASSWORD =
            new Setting(
                    "valkey-password",
                    "",
                    "<password>",
                    "password for it, in the environment only",
                    null,
                    Kind.SECRET);
    static final Setting VALKEY_NAME =
            plain("valkey-name", "valkey", "<name>", "name of the bridge, which its events carry");
    static final Setting VALKEY_FROM_STREAMS =
            plain(
                    "valkey-from-streams",
                    "",
                    "<key,...>",
                    "streams whose entries become events, each exactly once");
    static final Setting VALKEY_GROUP =
            plain("valkey-group", "weft", "<name>", "consumer group of the bridge alone");
    static final Setting VALKEY_FROM_CHANNELS =
            plain(
                    "valkey-from-channels",
                    "",
                    "<pattern,...>",
                    "channels whose messages become events, best effort");
    static final Setting VALKEY_TYPE =
            plain(
                    "valkey-type",
                    "",
                    "<template>",
                    "type of these events, such as job.{data.state}; none: valkey.entry, valkey.message");
    static final Setting VALKEY_CATEGORY =
            plain("valkey-category", "system", "<name>", "category of these events");
    static final Setting VALKEY_SUBJECT =
            plain(
                    "valkey-subject",
                    "",
                    "<template>",
                    "subject of these events, such as job/{1}; none: stream/{name}, channel/{name}");
    static final Setting VALKEY_TO_STREAM =
            plain(
                    "valkey-to-stream",
                    "",
                    "<key>",
                    "stream that events go to, each exactly once, with ids from their sequences");
    static final Setting VALKEY_TO_STREAM_LENGTH =
            plain(
                    "valkey-to-stream-length",
                    "0",
                    "<0..10^15>",
                    "about so many entries are kept in it; 0 for all");
    static final Setting VALKEY_TO_CHANNEL =
            plain(
                    "valkey-to-channel",
                    "",
                    "<template>",
                    "channel that events go to, best effort, such as weft.{type}");
    static final Setting VALKEY_FILTER =
            plain(
                    "valkey-filter",
                    "",
                    "<query>",
                    "which events go out, as a stream is asked for: type=step.*&category=job");
    static final Setting VALKEY_REPLAY =
            plain(
                    "valkey-replay",
                    "new",
                    "new|all",
                    "which events a stream gets that is not there yet");
    static final Setting SESSION_COMMAND =
            command(
                    "session-command",
                    "a command that sessions may ask for by its name, each of them a process of its own");
    static final Setting SESSION_DIRECTORY =
            plain(
                    "session-directory",
                    "",
                    "<directory>",
                    "where each session's command gets a directory to work in; empty: sessions beside the journal");
    static final Setting SESSION_GRACE =
            plain(
                    "session-grace",
                    "5s",
                    "<1ms..10m>",
                    "how long a session's command may take to end before it is killed");
    static final Setting SESSION_PROCESSES_MAX =
            plain(
                    "session-processes-max",
                    "256",
                    "<1..100000>",
                    "sessions whose commands run at once");
    static final Setting SESSION_MEMORY_MAX =
            plain(
                    "session-memory-max",
                    "",
                    "<1m..1t>",
                    "address space of each process of a session; empty: no limit");
    static final Setting SESSION_FILES_MAX =
            plain(
                    "session-files-max",
                    "",
                    "<16..1000000>",
                    "open files of each process of a session; empty: as many as the server's");
    static final Setting SESSION_CPU_MAX =
            plain(
                    "session-cpu-max",
                    "",
                    "<1s..365d>",
                    "computing time of each process of a session; empty: no limit");
    static final Setting JOB_COMMAND =
            command("job-command", "a command that jobs may run by its name");
    static final Setting JOB_COMMAND_DIRECTORY =
            plain("job-command-directory", ".", "<directory>", "where commands of jobs run");
    static final Setting JOB_COMMANDS_MAX =
            plain("job-commands-max", "4", "<1..256>", "commands of jobs that run at a time");
    static final Setting LOG_LEVEL =
            bare(
                    "log-level",
                    "info",
                    "trace|debug|info|warn|error",
                    "what goes to standard error",
                    "LOG_LEVEL");
    static final Setting DEMO =
            new Setting(
                    "demo",
                    "false",
                    "",
                    "publish this host's own telemetry every second",
                    null,
                    Kind.SWITCH);

    private static final List<Setting> ALL =
            List.of(
                    HOST,
                    PORT,
                    UNIX_SOCKET,
                    DATA_DIR,
                    DURABILITY,
                    INDEX,
                    THREADING,
                    CORS_ORIGINS,
                    API_KEYS_FILE,
                    API_KEYS,
                    ALLOW_UNAUTHENTICATED,
                    RETENTION_AGE,
                    RETENTION_BYTES,
                    RETENTION_EVENTS,
                    RETENTION_LEASE_MAX,
                    SESSION_LEASE,
                    SESSION_LOSSES_MAX,
                    AGUI_ORDER,
                    SESSION_COMMAND,
                    SESSION_DIRECTORY,
                    SESSION_GRACE,
                    SESSION_PROCESSES_MAX,
                    SESSION_MEMORY_MAX,
                    SESSION_FILES_MAX,
                    SESSION_CPU_MAX,
                    JOB_COMMAND,
                    JOB_COMMAND_DIRECTORY,
                    JOB_COMMANDS_MAX,
                    LOG_LEVEL,
                    DEMO,
                    TRANSPORT,
                    IO_THREADS,
                    DOOR,
                    SEQUENCER_IDLE,
                    RING_CAPACITY,
                    INBOX_CAPACITY,
                    DURABLE_CAPACITY,
                    SUBSCRIBERS_MAX,
                    KEEP_ALIVE_INTERVAL,
                    RETRY_MIN,
                    RETRY_MAX,
                    CATEGORIES,
                    SOURCE_KINDS,
                    VALKEY_URL,
                    VALKEY_PASSWORD,
                    VALKEY_NAME,
                    VALKEY_FROM_STREAMS,
                    VALKEY_GROUP,
                    VALKEY_FROM_CHANNELS,
                    VALKEY_TYPE,
                    VALKEY_CATEGORY,
                    VALKEY_SUBJECT,
                    VALKEY_TO_STREAM,
                    VALKEY_TO_STREAM_LENGTH,
                    VALKEY_TO_CHANNEL,
                    VALKEY_FILTER,
                    VALKEY_REPLAY);

    /** Every setting there is, in the order in which they are shown. */
    public static List<Setting> all() {
        return ALL;
    }

    /** Name of the environment variable. */
    public String variable() {
        return "WEFT_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Name of the option on the command line. */
    public String flag() {
        return "--" + key;
    }

    private static Setting plain(
            final String key,
            final String defaultText,
            final String parameter,
            final String description) {
        return new Setting(key, defaultText, parameter, description, null, Kind.PLAIN);
    }

    /** A command with a name; it is run as it stands. */
    private static Setting command(final String key, final String description) {
        return new Setting(
                key,
                "",
                "<name=command line>",
                description + "; no shell runs it, but sh -c '...' may be one; may be repeated",
                null,
                Kind.REPEATED);
    }

    private static Setting bare(
            final String key,
            final String defaultText,
            final String parameter,
            final String description,
            final String bareVariable) {
        return new Setting(key, defaultText, parameter, description, bareVariable, Kind.PLAIN);
    }
}
