package dev.weft.server.cli.run;

import dev.weft.protocol.Limits;
import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.Terminal;
import dev.weft.server.cli.client.ClientOptions;
import dev.weft.server.cli.client.RetryOptions;
import dev.weft.server.process.Command;
import dev.weft.server.process.MarkedProcesses;
import dev.weft.server.process.ResourceLimits;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft run}: a command as a job. */
@CommandLine.Command(
        name = "run",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Runs a command as a job: its start, its output as it comes and its end become events of the subject job/ID.",
            "The command's input, output and exit code pass through unchanged. Events wait in a spool on disk while the"
                    + " server is away, and are delivered later, in order, each once: by this run, by the next one, or by"
                    + " --deliver. When the spool is full, the command waits."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "*:that of the command; 128 and the number of the signal that ended it",
            "2:wrong usage",
            "3:with --deliver: the server did not take everything",
            "125:the spool cannot be made, the command was not started",
            "126:the command cannot be run",
            "127:there is no such command"
        },
        footer = {
            "",
            "Examples:",
            "  weft run --job build -- make -j4",
            "  weft run --job nightly --job-id nightly-42 --step test -- ./test.sh --all",
            "  weft run --deliver",
            "",
            "Inside of a job, weft run without --job is one more step of it: WEFT_JOB_ID tells commands which."
        })
public final class RunCommand implements Callable<Integer> {
    private static final String JOB_VARIABLE = "WEFT_JOB_ID";
    private static final String STEP_VARIABLE = "WEFT_STEP_ID";
    private static final int NO_SPOOL = 125;
    private static final int NAME_CHARACTERS_MAX = 200;
    private static final Pattern JOB_ID =
            Pattern.compile("[A-Za-z0-9._:@-]{1," + Limits.SUBJECT_ID_LENGTH_MAX + "}");
    private static final String JOB_ID_RULE = "1 to 200 of A-Z a-z 0-9 . _ : @ -";
    private static final Pattern PHASE = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final long MEBI = 1 << 20;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--job", paramLabel = "NAME", description = "What people call the job.")
    private @Nullable String job;

    @Option(
            names = "--step",
            paramLabel = "NAME",
            description = "What people call the step (default: the program's name).")
    private @Nullable String step;

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            defaultValue = "execution",
            description =
                    "What the step belongs to: setup, execution, validation, cleanup (default: execution).")
    private String phase = "";

    @Option(
            names = "--job-id",
            paramLabel = "ID",
            description =
                    "The job's id, to find its events by (default: a UUID, told on standard error).")
    private @Nullable String jobId;

    @Option(
            names = "--spool",
            paramLabel = "DIRECTORY",
            defaultValue = "${env:WEFT_SPOOL:-}",
            description =
                    "Where events wait; also by WEFT_SPOOL (default: weft/spool in XDG_STATE_HOME or ~/.local/state).")
    private String spoolDirectory = "";

    @Option(
            names = "--spool-max",
            paramLabel = "MIB",
            defaultValue = "1024",
            description =
                    "How much may wait of one run, in MiB; then the command waits (default: 1024).")
    private int spoolMax;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "On Ctrl-C, between the signals INT, TERM and KILL to the command (default: 5).")
    private int grace;

    @Option(
            names = "--deliver",
            description = "Runs nothing, delivers what earlier runs left in their spools.")
    private boolean isDelivering;

    @Mixin private RetryOptions retry = new RetryOptions();

    @Mixin private ClientOptions options = new ClientOptions();

    @Parameters(paramLabel = "COMMAND", description = "The program and its arguments.")
    private List<String> words = new ArrayList<>();

    private List<String> exactWords = List.of(); // what is started for the words

    private RunCommand() {}

    /**
     * The command for picocli: from the first word that is no option on, all words are the
     * program's.
     */
    public static CommandLine commandLine() {
        return new CommandLine(new RunCommand()).setStopAtPositional(true);
    }

    @Override
    public Integer call() throws InterruptedException {
        checkUsage();
        final Path root = root();
        return isDelivering ? deliver(root) : runIn(root);
    }

    private void checkUsage() {
        if (isDelivering) {
            if (!words.isEmpty() || job != null || step != null || jobId != null) {
                throw usage("--deliver runs nothing: give no command, --job, --job-id or --step");
            }
            return;
        }
        if (words.isEmpty()) {
            throw usage("no command to run");
        }
        final String outer = System.getenv(JOB_VARIABLE);
        if (job == null && outer == null) {
            throw usage("--job is missing: what people call the job");
        }
        if (jobId != null && job == null) {
            throw usage("--job-id needs --job");
        }
        check("--job", job);
        check("--step", step);
        if (jobId != null && !JOB_ID.matcher(jobId).matches()) {
            throw usage("--job-id: " + JOB_ID_RULE);
        }
        if (job == null && outer != null && !JOB_ID.matcher(outer).matches()) {
            throw usage(JOB_VARIABLE + ": " + JOB_ID_RULE);
        }
        if (!PHASE.matcher(phase).matches()) {
            throw usage("--phase: " + PHASE);
        }
        if (spoolMax < 1) {
            throw usage("--spool-max: 1 or more");
        }
        if (grace < 0) {
            throw usage("--grace: 0 or more");
        }
    }

    private void check(final String option, final @Nullable String name) {
        if (name != null && (name.isBlank() || name.length() > NAME_CHARACTERS_MAX)) {
            throw usage(option + ": 1 to " + NAME_CHARACTERS_MAX + " characters");
        }
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Path root() {
        if (!spoolDirectory.isEmpty()) {
            return Path.of(spoolDirectory).toAbsolutePath();
        }
        final String state = System.getenv("XDG_STATE_HOME");
        final Path base =
                state == null || state.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(state);
        return base.resolve("weft").resolve("spool");
    }

    private int deliver(final Path root) throws InterruptedException {
        final Leftovers leftovers = new Leftovers(root, options, this::tell);
        try {
            final int count = leftovers.deliver(retry.duration());
            if (!retry.isQuiet()) {
                final String text = "delivered %d, left %d".formatted(count, leftovers.leftCount());
                spec.commandLine().getOut().println(text);
            }
            return leftovers.leftCount() == 0 ? 0 : ExitCodes.UNREACHABLE;
        } catch (final IOException ex) {
            tell(root + ": " + ex.getMessage());
            return ExitCodes.UNREACHABLE;
        }
    }

    private int runIn(final Path root) throws InterruptedException {
        try {
            exactWords = RawWords.exact(words);
        } catch (final IllegalArgumentException ex) {
            throw usage(String.valueOf(ex.getMessage()));
        }
        final RunIdentity identity = identity();
        final Spool spool;
        try {
            spool = Spool.create(SpoolDirectory.create(root, identity), spoolMax * MEBI);
        } catch (final IOException ex) {
            tell("no spool in " + root + ": " + ex.getMessage());
            return NO_SPOOL;
        }
        final Delivery delivery = new Delivery(spool, options, false, this::tell);
        final Thread thread = new Thread(delivery, "weft-deliver");
        thread.setDaemon(true);
        thread.start();
        final JobRun run =
                new JobRun(
                        identity,
                        new RunEvents(identity, spool, 0),
                        new JobRun.Names(job == null ? "" : job, stepName(), phase),
                        this::tell);
        if (jobId == null && identity.ownsJob() && !retry.isQuiet()) {
            final String subject = identity.subject(); // nobody else knows it
            tell(subject + ", to be followed by: weft tail --last 1000 --subject " + subject);
        }
        final CompletableFuture<Integer> ended = new CompletableFuture<>();
        final Thread hook = new Thread(() -> cancelled(run, delivery, ended), "weft-cancel");
        Runtime.getRuntime().addShutdownHook(hook);
        int code = CommandLine.ExitCode.SOFTWARE;
        try {
            code = run.run(command(identity), open(FileDescriptor.out), open(FileDescriptor.err));
            spool.end();
            delivery.finish(retry.duration());
            thread.join();
            end(root, spool);
        } finally {
            ended.complete(code); // else who ends this process would wait for it
            remove(hook);
        }
        return code;
    }

    private RunIdentity identity() {
        final String run = UUID.randomUUID().toString();
        if (job == null) {
            return new RunIdentity(run, String.valueOf(System.getenv(JOB_VARIABLE)), false);
        }
        return new RunIdentity(run, jobId == null ? UUID.randomUUID().toString() : jobId, true);
    }

    private String stepName() {
        if (step != null) {
            return step;
        }
        final String program = words.get(0);
        final String name = program.substring(program.lastIndexOf('/') + 1);
        return name.substring(0, Math.min(NAME_CHARACTERS_MAX, name.length()));
    }

    private Command command(final RunIdentity identity) {
        return new Command(
                exactWords,
                null,
                Map.of(JOB_VARIABLE, identity.job(), STEP_VARIABLE, identity.step()),
                ResourceLimits.NONE,
                Command.Input.INHERITED,
                !Terminal.isInput(),
                MarkedProcesses.within(identity.run()));
    }

    /** Not System.out: bytes are to pass as they are, and at once. */
    private static WritableByteChannel open(final FileDescriptor descriptor) {
        return new FileOutputStream(descriptor).getChannel();
    }

    private void end(final Path root, final Spool spool) throws InterruptedException {
        try {
            spool.close();
            if (spool.isDelivered()) {
                new Leftovers(root, options, this::tell).deliver(Duration.ZERO);
            } else {
                tell(
                        "kept in %s, to be delivered by: weft run --deliver"
                                .formatted(spool.directory().path()));
            }
        } catch (final IOException ex) {
            tell(root + ": " + ex.getMessage());
        }
    }

    /** The process was told to end: it does when the command has, and with its code. */
    private void cancelled(
            final JobRun run, final Delivery delivery, final CompletableFuture<Integer> ended) {
        int code = 1;
        try {
            run.cancel(Terminal.isInput(), Duration.ofSeconds(grace));
            delivery.finish(Duration.ofSeconds(Math.min(grace, retry.duration().toSeconds())));
            code = ended.join();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(code);
    }

    private static void remove(final Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException ex) {
            // It is running, and ends the process.
        }
    }

    private void tell(final String sentence) {
        spec.commandLine().getErr().println("weft run: " + sentence);
        spec.commandLine().getErr().flush();
    }
}
