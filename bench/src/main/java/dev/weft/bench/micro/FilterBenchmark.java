package dev.weft.bench.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.Framing;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.fanout.FanoutAgent;
import dev.weft.server.fanout.Filter;
import dev.weft.server.fanout.Term;
import dev.weft.server.ring.BlockRing;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemEpochMicroClock;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One duty cycle of the fan-out with many filters of one subscriber each: a block whose events are
 * all for one of them, another one each time, in no order. Per cycle. What one filter costs, so
 * much should ten thousand.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class FilterBenchmark {
    private static final int RING_LENGTH = 1 << 20; // what is in it stays in the cache
    private static final int DIGITS = 5;
    private static final long FIRST = 1_000_000;

    /** Coprime to each number of filters: a walk that meets every one of them. */
    private static final int STRIDE = 7_919;

    private static final String EVENT =
            "{\"type\":\"step.00000.done\",\"category\":\"job\",\"subject\":\"job/00000\","
                    + "\"correlation_id\":\"c-00000\",\"data\":{\"text\":\""
                    + "x".repeat(80)
                    + "\"}}";

    /** Filters, each with one subscriber. */
    @Param({"1", "100", "10000"})
    private int filters = 1;

    /** What they name: a subject, the beginning of a type, or one of four forms in turn. */
    @Param({"subject", "prefix", "mixed"})
    private String kind = "subject";

    /** Events of one block. */
    @Param({"1", "64"})
    private int events = 1;

    private final SampleBlock sample = new SampleBlock(EVENT);
    private final byte[] digits = new byte[DIGITS];
    private int[] digitOffsets = {};
    private int length;
    private int wanted;
    private long nextSequence;
    private @Nullable BlockRing ring;
    private @Nullable FanoutAgent agent;
    private Filter[] all = {};
    private final BlockFlyweight block = new BlockFlyweight();

    /** Makes the ring, and one subscriber for each filter. */
    @Setup(Level.Trial)
    public void open() {
        length = sample.encode(events, FIRST);
        findDigits();
        nextSequence = FIRST;
        final BlockRing opened = new BlockRing(RING_LENGTH, FIRST);
        final FanoutAgent fanout =
                new FanoutAgent(
                        opened,
                        PooledByteBufAllocator.DEFAULT,
                        new SystemEpochMicroClock(),
                        latency -> {});
        all = new Filter[filters];
        for (int i = 0; i < filters; i++) {
            all[i] = filter(i);
            fanout.join(new Taker(), all[i], Framing.SSE, true, FIRST);
        }
        ring = opened;
        agent = fanout;
    }

    /** Ours. */
    @Benchmark
    public int weft() {
        append();
        if (agent == null) {
            throw new IllegalStateException("not open");
        }
        return agent.doWork();
    }

    /** The rival: each filter is asked about each event before. */
    @Benchmark
    public int rivalWalk() {
        block.wrap(sample.buffer(), 0, length);
        int passed = 0;
        for (final Filter filter : all) {
            for (int i = 0; i < events; i++) {
                passed += filter.matches(block, i) ? 1 : 0;
            }
        }
        return passed + weft();
    }

    /** The floor: the ring alone. */
    @Benchmark
    public long baselineRing() {
        append();
        return nextSequence;
    }

    private Filter filter(final int number) {
        put(number);
        final String text = new String(digits, US_ASCII);
        final int form =
                switch (kind) {
                    case "subject" -> 0;
                    case "prefix" -> 1;
                    default -> number % 4;
                };
        return switch (form) {
            case 0 -> Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("job/" + text))));
            case 1 ->
                    Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.prefix("step." + text + '.'))));
            case 2 ->
                    Filter.of(Map.of(Filter.Field.CORRELATION_ID, Set.of(Term.exact("c-" + text))));
            default ->
                    Filter.of(
                            Map.of(
                                    Filter.Field.TYPE,
                                    Set.of(Term.exact("step." + text + ".done")),
                                    Filter.Field.SUBJECT,
                                    Set.of(Term.prefix("job/")),
                                    Filter.Field.CATEGORY,
                                    Set.of(Term.exact("job"), Term.exact("agent"))));
        };
    }

    /** Where the number stands in the events: in type, subject and correlation id. */
    private void findDigits() {
        final BlockFlyweight block = new BlockFlyweight().wrap(sample.buffer(), 0, length);
        digitOffsets = new int[3 * events];
        for (int i = 0; i < events; i++) {
            digitOffsets[3 * i] = block.fieldOffset(i, RecordDescriptor.TYPE_OFFSET) + 5;
            digitOffsets[3 * i + 1] = block.fieldOffset(i, RecordDescriptor.SUBJECT_OFFSET) + 4;
            digitOffsets[3 * i + 2] =
                    block.fieldOffset(i, RecordDescriptor.CORRELATION_ID_OFFSET) + 2;
        }
    }

    private void put(final int number) {
        int rest = number;
        for (int i = DIGITS - 1; i >= 0; i--) {
            digits[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void append() {
        if (ring == null) {
            throw new IllegalStateException("not open");
        }
        final int offset = ring.claim(length);
        sample.moveTo(nextSequence);
        ring.buffer().putBytes(offset, sample.buffer(), 0, length);
        wanted = (wanted + STRIDE) % filters;
        put(wanted);
        for (final int digitOffset : digitOffsets) {
            ring.buffer().putBytes(offset + digitOffset, digits);
        }
        ring.commit(length, nextSequence, nextSequence + events - 1);
        nextSequence += events;
    }
}
