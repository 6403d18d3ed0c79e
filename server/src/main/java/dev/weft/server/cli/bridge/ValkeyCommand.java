package dev.weft.server.cli.bridge;

import dev.weft.protocol.event.EventRules;
import dev.weft.server.bridge.Bridge;
import dev.weft.server.bridge.PartStatus;
import dev.weft.server.bridge.plan.BridgePlan;
import dev.weft.server.bridge.plan.PlanReader;
import dev.weft.server.bridge.plan.PlanTexts;
import dev.weft.server.bridge.plan.PlanTexts.Part;
import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.LogSetup;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.FilterOptions;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft bridge valkey}: a bridge to a Valkey or Redis server until it is told to stop. */
@Command(
        name = "valkey",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Makes events of entries of streams and messages of channels, and entries and messages of events.",
            "Streams: each entry and each event exactly once and in order, through a kill of either side; also of this"
                    + " command, which begins where it ended. Channels: best effort, since they keep nothing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by a signal",
            "1:one of the two servers refused it",
            "2:wrong usage; all mistakes are told"
        },
        footer = {
            "",
            "In templates: {name} is the stream's key or the channel, {data.member} a member of the data, {1} what the"
                    + " first wildcard of a pattern stands for; of --to-channel {type}, {category} and {subject}.",
            "",
            "Examples:",
            "  weft bridge valkey --from-stream orders --event-type 'order.{data.state}' \\",
            "    --event-subject 'order/{data.id}'",
            "  weft bridge valkey --from-channel 'jobs.*' --event-subject 'job/{1}'",
            "  weft bridge valkey --to-stream weft --replay all --type 'step.*'"
        })
public final class ValkeyCommand implements Callable<Integer> {
    private static final long LOOK_MS = 200;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--valkey",
            paramLabel = "URL",
            defaultValue = "${env:WEFT_VALKEY_URL:-redis://127.0.0.1:6379}",
            description =
                    "The Valkey or Redis server, redis://[user@]host[:port][/database], rediss:// with TLS; also by"
                            + " WEFT_VALKEY_URL. Its password is WEFT_VALKEY_PASSWORD in the environment.")
    private String valkey = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "valkey",
            description = "Name of the bridge, which its events carry (default: valkey).")
    private String name = "";

    @Option(
            names = "--from-stream",
            paramLabel = "KEY",
            description = "A stream whose entries become events. Repeatable.")
    private List<String> fromStreams = List.of();

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            defaultValue = "weft",
            description = "Consumer group of this bridge alone (default: weft).")
    private String group = "";

    @Option(
            names = "--from-channel",
            paramLabel = "PATTERN",
            description = "Channels whose messages become events. Repeatable.")
    private List<String> fromChannels = List.of();

    @Option(
            names = "--event-type",
            paramLabel = "TEMPLATE",
            defaultValue = "",
            description = "Their type (default: valkey.entry, valkey.message).")
    private String type = "";

    @Option(
            names = "--event-category",
            paramLabel = "NAME",
            defaultValue = "system",
            description = "Their category (default: system).")
    private String category = "";

    @Option(
            names = "--event-subject",
            paramLabel = "TEMPLATE",
            defaultValue = "",
            description = "Their subject (default: stream/{name}, channel/{name}).")
    private String subject = "";

    @Option(
            names = "--to-stream",
            paramLabel = "KEY",
            defaultValue = "",
            description = "A stream that events go to, with ids from their sequences.")
    private String toStream = "";

    @Option(
            names = "--to-stream-length",
            paramLabel = "N",
            defaultValue = "0",
            description = "About so many entries are kept in it (default: 0, all).")
    private String toStreamLength = "";

    @Option(
            names = "--to-channel",
            paramLabel = "TEMPLATE",
            defaultValue = "",
            description = "The channel that events go to, such as weft.{type}.")
    private String toChannel = "";

    @Option(
            names = "--replay",
            paramLabel = "new|all",
            defaultValue = "new",
            description = "Which events a stream gets that is not there yet (default: new).")
    private String replay = "";

    @Mixin private FilterOptions filter = new FilterOptions();

    @Mixin private ClientOptions options = new ClientOptions();

    /** For picocli. */
    public ValkeyCommand() {}

    private static Map<Part, String> names() {
        final Map<Part, String> names = new EnumMap<>(Part.class);
        names.put(Part.SERVER, "--valkey");
        names.put(Part.NAME, "--name");
        names.put(Part.GROUP, "--group");
        names.put(Part.FROM_STREAMS, "--from-stream");
        names.put(Part.FROM_CHANNELS, "--from-channel");
        names.put(Part.TYPE, "--event-type");
        names.put(Part.CATEGORY, "--event-category");
        names.put(Part.SUBJECT, "--event-subject");
        names.put(Part.TO_STREAM, "--to-stream");
        names.put(Part.TO_STREAM_LENGTH, "--to-stream-length");
        names.put(Part.TO_CHANNEL, "--to-channel");
        names.put(Part.REPLAY, "--replay");
        return names;
    }

    private PlanTexts texts() {
        final String password = System.getenv("WEFT_VALKEY_PASSWORD");
        return new PlanTexts()
                .put(Part.SERVER, valkey)
                .put(Part.PASSWORD, password == null ? "" : password)
                .put(Part.NAME, name)
                .put(Part.GROUP, group)
                .put(Part.FROM_STREAMS, fromStreams)
                .put(Part.FROM_CHANNELS, fromChannels)
                .put(Part.TYPE, type)
                .put(Part.CATEGORY, category)
                .put(Part.SUBJECT, subject)
                .put(Part.TO_STREAM, toStream)
                .put(Part.TO_STREAM_LENGTH, toStreamLength)
                .put(Part.TO_CHANNEL, toChannel)
                .put(Part.REPLAY, replay)
                .put(Part.FILTER, filter.namesAndValues());
    }

    @Override
    public Integer call() throws InterruptedException {
        final PrintWriter err = spec.commandLine().getErr();
        final PlanTexts texts = texts();
        final Map<Part, String> names = names();
        final BridgePlan plan =
                PlanReader.read(
                        texts,
                        (part, problem) ->
                                err.println(
                                        "weft bridge: "
                                                + names.getOrDefault(part, part.name())
                                                + " "
                                                + problem));
        if (plan != null && !texts.hasWork()) {
            err.println(
                    "weft bridge: nothing to bridge: give --from-stream, --from-channel, --to-stream or --to-channel");
        }
        err.flush();
        if (plan == null || !texts.hasWork()) {
            return spec.exitCodeOnInvalidInput();
        }
        LogSetup.level("info");
        return run(plan);
    }

    private int run(final BridgePlan plan) throws InterruptedException {
        final Bridge bridge =
                new Bridge(plan, new HttpFabric(options, plan.targets().filter()), rules());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    bridge.close();
                                    Runtime.getRuntime().halt(0);
                                },
                                "weft-stop"));
        bridge.start();
        final PrintWriter out = spec.commandLine().getOut();
        out.println("weft bridge ready " + plan.server() + " and " + options.url());
        out.flush();
        List<PartStatus> failed = List.of();
        while (failed.isEmpty()) {
            Thread.sleep(LOOK_MS);
            failed =
                    bridge.parts().stream()
                            .filter(part -> part.state() == PartStatus.State.FAILED)
                            .toList();
        }
        final PrintWriter err = spec.commandLine().getErr();
        failed.forEach(part -> err.println("weft bridge: " + part.reason()));
        err.flush();
        Runtime.getRuntime().halt(ExitCodes.REFUSED);
        return ExitCodes.REFUSED;
    }

    /** The server has the last word about categories; here any one will do. */
    private EventRules rules() {
        final List<String> known = EventRules.forCallers(List.of(), List.of()).categoryNames();
        return EventRules.forCallers(
                known.contains(category) ? List.of() : List.of(category), List.of());
    }
}
