package dev.weft.server.session.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.SessionsByHand;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderedAppendsTest {
    private final SessionsByHand all = new SessionsByHand(1, 4);
    private final OrderedAppends appends =
            new OrderedAppends(all.core().inbox(), all.core().events(), () -> {}, all::nowNs);

    @AfterEach
    void close() {
        all.close();
    }

    private static EventBuilder event(final int i) {
        return new EventBuilder("e." + i).subject("session/a");
    }

    /** More than the inbox takes is offered again, with everything behind it. */
    @Test
    void shouldLoseNothingAndKeepTheOrderWhenTheInboxIsFull() {
        for (int i = 0; i < 50; i++) {
            assertThat(appends.offer(event(i))).isNull();
            if (i == 20) {
                all.work(); // there is room again, but not for those behind the first refused one
            }
        }
        assertThat(appends.appendedCount()).isZero();
        for (int i = 0; i < 2_000 && appends.appendedCount() < 50; i++) {
            all.work();
            appends.doWork();
            all.advance(10_000_000);
        }
        assertThat(appends.appendedCount()).isEqualTo(50);
        final List<String> wanted = IntStream.range(0, 50).mapToObj(i -> "e." + i).toList();
        assertThat(all.types()).isEqualTo(wanted);
    }

    @Test
    void shouldNotOfferAgainBeforeAWhileHasPassed() {
        for (int i = 0; i < 6; i++) {
            appends.offer(event(i));
        }
        all.work();
        for (int i = 0; i < 5; i++) {
            appends.doWork();
            all.work();
        }
        assertThat(appends.appendedCount()).isEqualTo(4);
        all.advance(1_000_000_000);
        for (int i = 0; i < 5; i++) {
            appends.doWork();
            all.work();
        }
        assertThat(appends.appendedCount()).isEqualTo(6);
    }

    @Test
    void shouldSayWhatIsWrongWithAnEventAndGoOn() {
        assertThat(appends.offer(new EventBuilder("no type"))).isNotNull();
        assertThat(appends.offer(event(1))).isNull();
        all.work();
        appends.doWork();
        assertThat(appends.offeredCount()).isEqualTo(1);
        assertThat(appends.appendedCount()).isEqualTo(1);
    }
}
