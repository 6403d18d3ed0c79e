package dev.weft.bench.micro;

import dev.weft.protocol.event.EventIds;
import dev.weft.protocol.event.EventParser;
import dev.weft.protocol.event.EventRules;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * From the bytes of a published event to its prepared record: our parser beside Jackson's streaming
 * parser, which here only reads (member values as strings, data skipped) and neither checks a rule
 * nor writes a record, and beside a bare copy of the bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ParseBenchmark {
    private static final String DATA =
            "{\"n\":12345,\"state\":\"running\",\"ratio\":0.25,\"host\":\"web-1\",\"ok\":true,\"steps\":[1,2,3]}";

    /** Shape of the event; each has about 200 bytes. */
    @Param({"compact", "spaced", "text"})
    public String shape = "compact";

    private final EventIds ids = new EventIds();
    private final EventParser parser =
            new EventParser(EventRules.forCallers(List.of(), List.of()), ids);
    private final JsonFactory jackson = new JsonFactory();
    private final byte[] target = new byte[4096];
    private byte[] text = {};
    private int length;

    /** Makes the event. */
    @Setup
    public void makeEvent() {
        final String head =
                "{\"type\":\"step.finished\",\"category\":\"job\",\"subject\":\"job/7f3a91\",\"run_id\":\"r-20261120-17\",";
        final String event =
                switch (shape) {
                    case "spaced" ->
                            (head + "\"data\":" + DATA + "}")
                                    .replace(":", ": ")
                                    .replace(",\"", ", \"");
                    case "text" ->
                            head
                                    + "\"message\":\"Schritt für Schritt: \\\"größer\\\" als je zuvor\\n\",\"data\":"
                                    + "{\"de\":\"Öl, Übermaß, Straße\",\"ja\":\"日本語のテキスト\"}}";
                    default -> head + "\"data\":" + DATA + "}";
                };
        final byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        length = bytes.length;
        text = Arrays.copyOf(bytes, length + EventParser.PADDING);
        ids.time(System.currentTimeMillis());
    }

    /** Ours: checks everything and writes the record. */
    @Benchmark
    public int weft() {
        parser.wrap(text, length);
        return parser.parseOnly(0, target, 0);
    }

    /** The obvious rival: only reads. */
    @Benchmark
    public void jackson(final Blackhole sink) {
        try (JsonParser json = jackson.createParser(ObjectReadContext.empty(), text, 0, length)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                final String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    sink.consume(json.getString());
                } else {
                    json.skipChildren();
                }
                sink.consume(name);
            }
        }
    }

    /** The floor: the bytes are copied once. */
    @Benchmark
    public byte[] copy() {
        System.arraycopy(text, 0, target, 0, length);
        return target;
    }
}
