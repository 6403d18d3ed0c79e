package dev.weft.server.driver.process;

import java.nio.file.Path;
import java.util.List;

/**
 * What the operator allows.
 *
 * @param commands by their names.
 * @param directory in which each session gets a working directory of its own.
 * @param graceNs how long a process may take to end before it is killed.
 * @param processesMax sessions that run at once.
 * @param instance a text that no other server on this machine has, such as the journal's directory:
 *     by it processes are known as this server's.
 */
public record ProcessSettings(
        List<SessionCommand> commands,
        Path directory,
        long graceNs,
        int processesMax,
        String instance) {
    public ProcessSettings {
        commands = List.copyOf(commands);
    }
}
