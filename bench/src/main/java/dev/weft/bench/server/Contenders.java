package dev.weft.bench.server;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The servers that the rig knows how to start. */
public final class Contenders {
    /** Bare loop of socket writes, in Java. */
    public static final String FLOOR = "floor";

    /** Bare loop of socket writes, in C. */
    public static final String FLOOR_C = "floor-c";

    /** The nchan module of nginx. */
    public static final String NCHAN = "nchan";

    /** Node with better-sse. */
    public static final String BETTER_SSE = "better-sse";

    /** Vert.x. */
    public static final String VERTX = "vertx";

    /** All that Weft can be put beside. */
    public static final List<String> ALL = List.of(FLOOR, FLOOR_C, NCHAN, BETTER_SSE, VERTX);

    private Contenders() {}

    /**
     * The product.
     *
     * @param name of the report.
     * @param command starts a server when {@code --port 0 --data-dir <dir>} is appended.
     */
    public static Contender weft(final String name, final List<String> command) {
        return new Contender(
                name,
                Dialect.WEFT,
                false,
                (directory, log) -> {
                    final List<String> whole = new ArrayList<>(command);
                    whole.addAll(
                            List.of(
                                    "--host",
                                    "127.0.0.1",
                                    "--port",
                                    "0",
                                    "--data-dir",
                                    directory.toString()));
                    return ServerProcess.start(name, Dialect.WEFT, whole, log);
                });
    }

    /**
     * One of {@link #ALL}.
     *
     * @param prepared folder with what {@code scripts/bench} builds for those that are not Java.
     */
    public static Contender named(final String name, final Path prepared) {
        return switch (name) {
            case FLOOR -> printing(name, Dialect.WEFT, false, java(FloorServer.class));
            case FLOOR_C ->
                    printing(
                            name,
                            Dialect.WEFT,
                            false,
                            List.of(prepared.resolve("floor-c").toString()));
            case VERTX -> printing(name, Dialect.BROADCAST, true, java(VertxServer.class));
            case BETTER_SSE ->
                    printing(
                            name,
                            Dialect.BROADCAST,
                            true,
                            List.of("node", prepared.resolve("better-sse/server.js").toString()));
            case NCHAN ->
                    new Contender(
                            name,
                            Dialect.CHANNELS,
                            true,
                            (directory, log) -> nginx(prepared.resolve("nchan"), directory, log));
            default -> throw new IllegalArgumentException("no such server: " + name);
        };
    }

    private static Contender printing(
            final String name,
            final Dialect dialect,
            final boolean isPeer,
            final List<String> command) {
        return new Contender(
                name,
                dialect,
                isPeer,
                (directory, log) -> ServerProcess.start(name, dialect, command, log));
    }

    /** The command that runs a class of this program in a JVM of its own, with the same flags. */
    public static List<String> java(final Class<?> main) {
        final List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--") || argument.startsWith("-XX:+Use"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return command;
    }

    /** nginx cannot choose a port by itself, so a free one is written into its configuration. */
    private static ServerProcess nginx(
            final Path configuration, final Path directory, final Path log) throws IOException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Path prefix = directory.toAbsolutePath();
        final String text = Files.readString(configuration.resolve("nginx.conf"));
        Files.writeString(
                prefix.resolve("nginx.conf"), text.replace("@PORT@", String.valueOf(port)));
        return ServerProcess.startOn(
                port,
                NCHAN,
                Dialect.CHANNELS,
                List.of("nginx", "-p", prefix + "/", "-c", "nginx.conf", "-e", "stderr"),
                log);
    }
}
