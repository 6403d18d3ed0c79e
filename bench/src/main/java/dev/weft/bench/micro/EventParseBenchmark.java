package dev.weft.bench.micro;

import dev.weft.protocol.event.EventParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One published event of 200 bytes, from its bytes to a checked and prepared record. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventParseBenchmark {
    private final byte[] json = SampleBlock.EVENT.getBytes(StandardCharsets.UTF_8);
    private final byte[] text = Arrays.copyOf(json, json.length + EventParser.PADDING);
    private final byte[] target = new byte[EventParser.recordLengthMax(json.length)];
    private final EventParser parser = SampleBlock.newParser();
    private final JsonFactory factory = new JsonFactory();
    private final JsonMapper mapper = JsonMapper.builder().build();

    /** Ours: parse, check every rule, make the id, write the record. */
    @Benchmark
    public int weft() {
        parser.wrap(text, json.length);
        return parser.parseOnly(0, target, 0);
    }

    /** The floor: the bytes are only copied. */
    @Benchmark
    public byte baselineCopy() {
        System.arraycopy(text, 0, target, 0, json.length);
        return target[json.length - 1];
    }

    /** The rival: Jackson's tokens, nothing checked, nothing written. */
    @Benchmark
    public int rivalJacksonTokens() {
        int count = 0;
        try (JsonParser tokens = factory.createParser(ObjectReadContext.empty(), json)) {
            for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
                count++;
            }
        }
        return count;
    }

    /** The usual way: Jackson's tree. */
    @Benchmark
    public JsonNode rivalJacksonTree() {
        return mapper.readTree(json);
    }
}
