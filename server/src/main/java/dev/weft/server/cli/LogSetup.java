package dev.weft.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Logging of the program: one line per message on standard error. Found by logback as a service; in
 * code because reading XML at every start costs more than all other logging. It leaves everything
 * alone unless a command asked for a level, so tests and programs that embed a server have their
 * own set-up.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LEVEL = "weft.log.level";
    private static final String OWN_FILE = "logback.configurationFile";
    private static final String VALKEY_LIBRARY = "io.lettuce";
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0} - %msg%n";

    /** For logback. */
    public LogSetup() {}

    /** Asks for a level; to be called before the first logger is made. */
    public static void level(final String level) {
        System.setProperty(LEVEL, level);
    }

    @Override
    public ExecutionStatus configure(final LoggerContext context) {
        final String level = System.getProperty(LEVEL);
        if (level == null || System.getProperty(OWN_FILE) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        final PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        final ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level));
        root.addAppender(appender);
        context.getLogger(VALKEY_LIBRARY).setLevel(Level.ERROR); // the bridge tells of its breaks
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
