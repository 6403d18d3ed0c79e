package dev.weft.server.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LazyMemoryTest {
    private static final int LENGTH = 256 << 20; // far above what else may change meanwhile

    @Test
    void shouldBeResidentOnlyAsFarAsItWasWritten() throws IOException {
        final long before = resident();
        final UnsafeBuffer memory = new UnsafeBuffer(LazyMemory.allocate(LENGTH));
        memory.putLong(LENGTH - Long.BYTES, 42);
        assertThat(resident() - before).isLessThan(64L << 20);
        memory.setMemory(0, LENGTH - Long.BYTES, (byte) 1);
        assertThat(resident() - before).isGreaterThan(192L << 20);
        assertThat(memory.getLong(LENGTH - Long.BYTES)).isEqualTo(42);
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                .findFirst()
                .orElseThrow();
    }
}
