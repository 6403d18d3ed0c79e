package dev.weft.bench.rig;

import dev.weft.bench.server.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What memory a server has, as a series: resident by the kernel, heap by its own metrics. */
public final class ServerMemory {
    private static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"";

    private final ServerProcess server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Sample> samples = new ArrayList<>();
    private final long startNs = System.nanoTime();

    /**
     * One look, bytes.
     *
     * @param atNs since the first one could be taken.
     * @param heap in use, what can be collected included.
     * @param anonymous resident memory that is no file: heap, direct buffers, native.
     * @param resident all of it.
     */
    public record Sample(long atNs, long heap, long anonymous, long resident) {}

    public ServerMemory(final ServerProcess server) {
        this.server = server;
    }

    public Sample sample() throws IOException {
        final Sample sample =
                new Sample(
                        System.nanoTime() - startNs,
                        heap(),
                        server.resident("Pss_Anon"),
                        server.resident("Pss"));
        samples.add(sample);
        return sample;
    }

    /** The same without the heap, which the server has to be asked for. */
    public void sampleResident() throws IOException {
        samples.add(
                new Sample(
                        System.nanoTime() - startNs,
                        0,
                        server.resident("Pss_Anon"),
                        server.resident("Pss")));
    }

    /** Most bytes that were resident and no file. */
    public long anonymousMax() {
        return samples.stream().mapToLong(Sample::anonymous).max().orElse(0);
    }

    /** Puts the whole series among the values of a round. */
    public void into(final Measure measure) {
        for (final Sample sample : samples) {
            final String at = String.format(Locale.ROOT, "at %.0f s", sample.atNs() / 1e9);
            if (sample.heap() > 0) {
                measure.value("heap " + at + ", MB", sample.heap() / 1e6);
            }
            measure.value("anonymous memory " + at + ", MB", sample.anonymous() / 1e6);
            measure.value("resident memory " + at + ", MB", sample.resident() / 1e6);
        }
    }

    private long heap() throws IOException {
        final HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"))
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith(HEAP))
                    .mapToLong(
                            line ->
                                    (long)
                                            Double.parseDouble(
                                                    line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
    }
}
