package dev.weft.server.cli.serve;

import dev.weft.server.Weft;
import dev.weft.server.cli.LogSetup;
import dev.weft.server.config.Setting;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.journal.JournalException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code weft serve}: a server until it is told to stop. Its options are the settings, so they are
 * made from their list and not from annotations. The ready line goes to standard output, everything
 * else to standard error.
 */
public final class ServeCommand implements Callable<Integer> {
    private static final String PRINT_CONFIG = "--print-config";
    private static final int USAGE = 2;
    private static final int FAILED = 1;
    private static final long STOP_MAX_MS = 4_800;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    private ServeCommand() {
        spec.mixinStandardHelpOptions(true);
        spec.usageMessage()
                .description(
                        "Runs a server.",
                        "Each option is also a setting: --data-dir is WEFT_DATA_DIR in the environment and"
                                + " data-dir in a file. Flags win over the environment, that over the file.")
                .abbreviateSynopsis(true)
                .sortOptions(false)
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(
                        new TreeMap<>(
                                Map.of(
                                        "0", "stopped by a signal, everything in order",
                                        "1", "it cannot start, or cannot go on",
                                        "2", "wrong settings; all mistakes are told")));
        spec.addOption(SettingOptions.configFile());
        for (final Setting setting : Setting.all()) {
            if (setting.kind() != Setting.Kind.SECRET) {
                spec.addOption(option(setting));
            }
        }
        spec.addOption(
                OptionSpec.builder(PRINT_CONFIG)
                        .type(boolean.class)
                        .description(
                                "print the effective settings and where each comes from, then end")
                        .build());
    }

    /** The command for picocli. */
    public static CommandLine commandLine() {
        return new CommandLine(new ServeCommand().spec);
    }

    private static OptionSpec option(final Setting setting) {
        final String fallback = setting.defaultText().isEmpty() ? "none" : setting.defaultText();
        if (setting.kind() == Setting.Kind.SWITCH) {
            return OptionSpec.builder(setting.flag())
                    .type(String.class)
                    .arity("0..1")
                    .fallbackValue("true")
                    .paramLabel("<true|false>")
                    .description(setting.description())
                    .build();
        }
        if (setting.kind() == Setting.Kind.REPEATED) {
            return SettingOptions.repeated(
                    setting.flag(), setting.parameter(), setting.description());
        }
        return SettingOptions.text(
                setting.flag(),
                setting.parameter(),
                setting.description() + " (default: " + fallback + ")");
    }

    @Override
    public Integer call() throws InterruptedException {
        final WeftConfig config = SettingOptions.load(spec).orElse(null);
        if (config == null) {
            return USAGE;
        }
        if (spec.commandLine().getParseResult().hasMatchedOption(PRINT_CONFIG)) {
            config.effective().forEach(spec.commandLine().getOut()::println);
            return 0;
        }
        LogSetup.level(config.logLevel());
        return serve(config, spec.commandLine().getErr());
    }

    private int serve(final WeftConfig config, final PrintWriter err) throws InterruptedException {
        final Logger log = LoggerFactory.getLogger(ServeCommand.class);
        log.info("settings:\n  {}", String.join("\n  ", config.effective()));
        final Weft weft;
        try {
            weft = Weft.start(config);
        } catch (final JournalException | IllegalStateException ex) {
            log.debug("start failed", ex);
            err.println("weft: cannot start: " + ex.getMessage());
            return FAILED;
        }
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () ->
                                        Runtime.getRuntime()
                                                .halt(stop(weft::close, weft.fatal(), STOP_MAX_MS)),
                                "weft-stop"));
        final PrintWriter out = spec.commandLine().getOut();
        out.println(readyLine(weft));
        out.flush();
        try {
            log.error("the server cannot go on", weft.fatal().get());
            weft.abort();
        } catch (final ExecutionException ex) {
            log.error("the server cannot go on", ex);
        }
        Runtime.getRuntime().halt(FAILED);
        return FAILED;
    }

    /**
     * A signal came. The process ends with 0 although the system would make it 143, unless it did
     * not stop in order: not in time, or after an error that stops it anyway, in which case the
     * main thread is given the time to do so.
     */
    static int stop(
            final Runnable close, final CompletableFuture<Throwable> fatal, final long maxMs) {
        final boolean isAborting = fatal.isDone();
        final Thread closer = new Thread(close, "weft-close");
        closer.setDaemon(true);
        closer.start();
        try {
            closer.join(maxMs);
            if (isAborting) {
                Thread.sleep(maxMs); // the main thread ends the process before
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        return closer.isAlive() || fatal.isDone() ? FAILED : 0;
    }

    private static String readyLine(final Weft weft) {
        final WeftConfig config = weft.config();
        final InetSocketAddress address = weft.address();
        final String host = address.getAddress().getHostAddress();
        return "weft ready http://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + address.getPort()
                + " (journal "
                + config.dataDirectory()
                + ", head "
                + weft.head()
                + ", "
                + (config.threads().shared() ? "shared" : "dedicated")
                + " threading, "
                + weft.transport()
                + (config.listen().unixSocket() == null
                        ? ""
                        : ", unix socket " + config.listen().unixSocket())
                + ")";
    }
}
