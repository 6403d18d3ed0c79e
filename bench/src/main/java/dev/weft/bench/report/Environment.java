package dev.weft.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where a measurement was made, as far as the kernel and the JVM tell it. Linux; elsewhere fields
 * stay empty.
 */
public final class Environment {
    private final Map<String, Object> values = new LinkedHashMap<>();

    private Environment() {}

    /**
     * Looks it up now, before the measurement.
     *
     * @param dataDirectory where the journal lies.
     */
    public static Environment capture(final Path dataDirectory) {
        final Environment environment = new Environment();
        final Map<String, Object> values = environment.values;
        values.put("time", Instant.now().toString());
        values.put("commit", commit());
        values.put(
                "uncommittedChanges",
                !command("git", "status", "--porcelain", "--untracked-files=no").isEmpty());
        values.put("cpu", field("/proc/cpuinfo", "model name"));
        values.put("cores", Runtime.getRuntime().availableProcessors());
        values.put("virtual", field("/proc/cpuinfo", "flags").contains("hypervisor"));
        values.put("hypervisor", command("systemd-detect-virt", "--vm"));
        values.put("memory", field("/proc/meminfo", "MemTotal"));
        values.put("memoryAvailable", field("/proc/meminfo", "MemAvailable"));
        values.put("swap", field("/proc/meminfo", "SwapTotal"));
        values.put("transparentHugePages", read("/sys/kernel/mm/transparent_hugepage/enabled"));
        values.put("kernel", command("uname", "-srvm"));
        values.put("loadAverageBefore", read("/proc/loadavg"));
        values.put(
                "journalMount",
                command("findmnt", "-no", "SOURCE,FSTYPE,OPTIONS", "-T", dataDirectory.toString()));
        values.put(
                "clientJvm",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        values.put("clientFlags", ManagementFactory.getRuntimeMXBean().getInputArguments());
        return environment;
    }

    /** Adds what one server process was started with. */
    public void server(final String name, final long pid) {
        final String line = read("/proc/" + pid + "/cmdline");
        values.put(
                name + "Command",
                Arrays.stream(line.split("\0", -1)).map(Environment::withoutPlace).toList());
        values.put(name + "Version", version(pid));
    }

    /** What the program of a process says of itself, where it can be asked. */
    private static String version(final long pid) {
        final String program = command("readlink", "/proc/" + pid + "/exe");
        return switch (program.substring(program.lastIndexOf('/') + 1)) {
            case "java" -> command(program, "-version").lines().skip(2).findFirst().orElse("");
            case "nginx" -> command(program, "-v");
            case "node" -> "node " + command(program, "--version");
            default -> "";
        };
    }

    /** Where the project and the JDK lie on this machine says nothing about the measurement. */
    private static String withoutPlace(final String argument) {
        final String project = Path.of("").toAbsolutePath() + "/";
        return argument.endsWith("/bin/java") ? "java" : argument.replace(project, "");
    }

    /** The same for a whole text. */
    static String withoutPlaces(final String text) {
        return text.replace(System.getProperty("java.home") + "/bin/java", "java")
                .replace(System.getProperty("java.home"), "<jdk>")
                .replace(Path.of("").toAbsolutePath() + "/", "")
                .replace(System.getProperty("user.home"), "~");
    }

    public void put(final String name, final Object value) {
        values.put(name, value);
    }

    public Map<String, Object> values() {
        return values;
    }

    /** Short hash of the checked-out commit. */
    public static String commit() {
        final String hash = command("git", "rev-parse", "--short", "HEAD");
        return hash.isEmpty() ? "unknown" : hash;
    }

    private static String field(final String file, final String name) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("");
    }

    private static String read(final String file) {
        try {
            return Files.readString(Path.of(file)).trim();
        } catch (final IOException ex) {
            return "";
        }
    }

    private static String command(final String... command) {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            final String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? output.trim()
                    : "";
        } catch (final IOException ex) {
            return "";
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
