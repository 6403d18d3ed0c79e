package dev.weft.server.process;

import java.util.ArrayList;
import java.util.List;

/**
 * What a program, and each one that it starts, may use at most. 0 stands for what this process may.
 *
 * @param memoryBytes address space.
 * @param openFiles descriptors.
 * @param processes of this user, all together.
 * @param cpuSeconds of computing; then the system ends it.
 * @param fileBytes length of a file that it writes.
 */
public record ResourceLimits(
        long memoryBytes, long openFiles, long processes, long cpuSeconds, long fileBytes) {
    public static final ResourceLimits NONE = new ResourceLimits(0, 0, 0, 0, 0);

    /** The words in front of a command that set them; empty if there are none. */
    List<String> words() {
        final List<String> words = new ArrayList<>();
        add(words, "--as=", memoryBytes);
        add(words, "--nofile=", openFiles);
        add(words, "--nproc=", processes);
        add(words, "--cpu=", cpuSeconds);
        add(words, "--fsize=", fileBytes);
        if (!words.isEmpty()) {
            words.add(0, "prlimit");
            words.add("--");
        }
        return words;
    }

    private static void add(final List<String> words, final String option, final long value) {
        if (value > 0) {
            words.add(option + value);
        }
    }
}
