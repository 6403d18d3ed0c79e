package dev.weft.server.telemetry;

import java.util.function.Consumer;

/** Looks at the host. One thread. */
interface Sampler {
    /** Name of the host, as it may stand in a subject. */
    String hostName();

    /**
     * Looks at everything; rates are over the time since the last look, so the first one gives
     * none.
     */
    void sample(Consumer<Sample> samples);
}
