package dev.weft.server.driver.process;

import dev.weft.server.process.ResourceLimits;
import java.util.List;

/**
 * A command that sessions may ask for by name.
 *
 * @param words the program and its arguments.
 */
public record SessionCommand(String name, List<String> words, ResourceLimits limits) {
    public SessionCommand {
        words = List.copyOf(words);
    }
}
