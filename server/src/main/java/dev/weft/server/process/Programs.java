package dev.weft.server.process;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds programs as a shell does, so that a wrong name is told before anything is started. */
public final class Programs {
    private static final String PATH_DEFAULT = "/usr/local/bin:/usr/bin:/bin";

    private Programs() {}

    /** Why a program was not started, for people. */
    public static String trouble(final IOException ex) {
        return (ex instanceof NoSuchFileException
                        ? "no such program: "
                        : ex instanceof AccessDeniedException
                                ? "not allowed: "
                                : "the command cannot be started: ")
                + ex.getMessage();
    }

    /**
     * The file of a program.
     *
     * @param directory what a relative name with a slash starts from, null for this process's own.
     * @throws NoSuchFileException if there is none, or its name cannot be written in the locale.
     * @throws AccessDeniedException if it may not be run.
     */
    public static Path find(final String program, final @Nullable Path directory)
            throws IOException {
        try {
            return found(program, directory);
        } catch (final InvalidPathException ex) {
            throw new NoSuchFileException(program);
        }
    }

    private static Path found(final String program, final @Nullable Path directory)
            throws IOException {
        if (program.indexOf('/') >= 0) {
            final Path file =
                    directory == null ? Path.of(program) : directory.resolve(program).normalize();
            if (!Files.isRegularFile(file)) {
                throw new NoSuchFileException(program);
            }
            if (!Files.isExecutable(file)) {
                throw new AccessDeniedException(program);
            }
            return file.toAbsolutePath();
        }
        final String path = System.getenv("PATH");
        for (final String place : (path == null ? PATH_DEFAULT : path).split(":", -1)) {
            final Path file = Path.of(place.isEmpty() ? "." : place).resolve(program);
            if (!program.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toAbsolutePath();
            }
        }
        throw new NoSuchFileException(program);
    }
}
