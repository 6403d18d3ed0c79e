package dev.weft.server.harness;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Has every test look for what it awaits a hundred times a second, instead of ten times: most of it
 * is there within milliseconds, and there are thousands of waits. It gives up after 20 seconds, not
 * after 10: what has not come by then is lost, and not late. JUnit finds it as a service.
 */
public final class QuickAwait implements BeforeAllCallback {
    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public void beforeAll(final ExtensionContext context) {
        Awaitility.setDefaultPollInterval(INTERVAL);
        Awaitility.setDefaultTimeout(PATIENCE);
    }
}
