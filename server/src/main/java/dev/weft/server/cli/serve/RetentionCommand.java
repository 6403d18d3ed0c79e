package dev.weft.server.cli.serve;

import dev.weft.server.Weft;
import dev.weft.server.cli.JournalText;
import dev.weft.server.config.Setting;
import dev.weft.server.config.WeftConfig;
import dev.weft.server.journal.RetentionLimits;
import dev.weft.server.journal.retention.RetainedFile;
import dev.weft.server.journal.retention.RetentionPlan.Due;
import dev.weft.server.journal.retention.RetentionPreview;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * {@code weft retention --plan}: which files the server would delete with these settings. Its
 * options are the settings of the server that it needs, so they come from the same places.
 */
public final class RetentionCommand implements Callable<Integer> {
    private static final String PLAN = "--plan";
    private static final int USAGE = 2;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    private RetentionCommand() {
        spec.mixinStandardHelpOptions(true);
        spec.usageMessage()
                .description(
                        "Shows which roll files of a journal on disk retention would delete, and why.",
                        "Reads only; a server may be running on it. The settings are those of serve: flags, else the"
                                + " environment (WEFT_RETENTION_AGE ...), else the file.")
                .sortOptions(false);
        spec.addOption(
                OptionSpec.builder(PLAN)
                        .type(boolean.class)
                        .required(true)
                        .description("Show the plan; nothing is deleted.")
                        .build());
        spec.addOption(SettingOptions.configFile());
        for (final Setting setting : Setting.all()) {
            if (setting.key().startsWith("retention-") || setting.key().equals("data-dir")) {
                spec.addOption(
                        SettingOptions.text(
                                setting.flag(), setting.parameter(), setting.description()));
            }
        }
    }

    /** The command for picocli. */
    public static CommandLine commandLine() {
        return new CommandLine(new RetentionCommand().spec);
    }

    @Override
    public Integer call() throws IOException {
        final WeftConfig config = SettingOptions.load(spec).orElse(null);
        if (config == null) {
            return USAGE;
        }
        final RetentionLimits limits = Weft.retention(config.retention());
        final long nowUs = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        try {
            print(RetentionPreview.of(config.dataDirectory(), limits, nowUs), limits, nowUs);
        } catch (final NoSuchFileException ex) {
            throw new ParameterException(
                    spec.commandLine(), "no journal there: " + ex.getMessage(), ex);
        }
        return 0;
    }

    private void print(
            final RetentionPreview preview, final RetentionLimits limits, final long nowUs) {
        final PrintWriter out = spec.commandLine().getOut();
        if (limits.isOff()) {
            out.println("retention is off: none of age, bytes and events is set");
        }
        out.println(
                "%-18s %14s %14s %9s  %-23s  %s"
                        .formatted("file", "first", "last", "data", "newest before (UTC)", "plan"));
        long bytes = 0;
        long kept = 0;
        for (int i = 0; i < preview.files().size(); i++) {
            final RetainedFile file = preview.files().get(i);
            final boolean isDue = i < preview.due().size();
            bytes += isDue ? file.bytes() : 0;
            kept += isDue ? 0 : file.bytes();
            out.println(
                    line(preview, i, isDue ? why(preview.due().get(i), limits, nowUs) : "stays"));
        }
        final int count = preview.due().size();
        out.println(
                "%d of %d files would go, %s; %s stay, from sequence %,d to %,d"
                        .formatted(
                                count,
                                preview.files().size(),
                                JournalText.size(bytes),
                                JournalText.size(kept),
                                count == 0
                                        ? preview.files().get(0).firstSequence()
                                        : preview.due().get(count - 1).lastSequence() + 1,
                                preview.head()));
        out.flush();
    }

    private static String line(final RetentionPreview preview, final int index, final String plan) {
        final RetainedFile file = preview.files().get(index);
        final Due due = index < preview.due().size() ? preview.due().get(index) : null;
        return "%-18s %,14d %14s %9s  %-23s  %s"
                .formatted(
                        file.name(),
                        file.firstSequence(),
                        due == null ? "" : String.format(Locale.ROOT, "%,d", due.lastSequence()),
                        JournalText.size(file.bytes()),
                        due == null ? "" : JournalText.time(due.newestUs()),
                        plan);
    }

    private static String why(final Due due, final RetentionLimits limits, final long nowUs) {
        return switch (due.reason()) {
            case AGE ->
                    "goes: age, its newest event is more than %,d s old, the limit is %,d s"
                            .formatted(
                                    TimeUnit.MICROSECONDS.toSeconds(nowUs - due.newestUs()),
                                    TimeUnit.MICROSECONDS.toSeconds(limits.ageUs()));
            case BYTES ->
                    "goes: bytes, the files from here on take more than "
                            + JournalText.size(limits.bytes());
            case EVENTS ->
                    "goes: events, there are %,d newer ones behind it".formatted(limits.events());
        };
    }
}
