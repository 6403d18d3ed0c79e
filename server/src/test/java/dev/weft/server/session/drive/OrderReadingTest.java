package dev.weft.server.session.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.control.Decision;
import dev.weft.server.control.Reply;
import dev.weft.server.ingest.EventBuilder;
import dev.weft.server.session.SessionsByHand;
import dev.weft.server.session.state.SessionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderReadingTest {
    private static final String DRIVER = "a-command";

    private final SessionsByHand all = new SessionsByHand(1);
    private final OrderReading reading = new OrderReading(all.sessions(), Set.of(DRIVER));

    @AfterEach
    void close() {
        all.close();
    }

    private OrderReading.Piece after(final long sequence) {
        final List<OrderReading.Piece> found = new ArrayList<>();
        all.hand()
                .ask(
                        (index, head) -> {
                            final OrderReading.Piece piece = reading.after(index, head, sequence);
                            if (piece == null) {
                                return null;
                            }
                            found.add(piece);
                            return Decision.reply(new Reply(200, null));
                        });
        return found.get(0);
    }

    private OrderReading.Active active() {
        final List<OrderReading.Active> found = new ArrayList<>();
        all.hand()
                .ask(
                        (index, head) -> {
                            final OrderReading.Active active =
                                    reading.active(index, head, List.of());
                            if (active == null) {
                                return null;
                            }
                            found.add(active);
                            return Decision.reply(new Reply(200, null));
                        });
        return found.get(0);
    }

    private static List<String> said(final List<Order> orders) {
        return orders.stream().map(order -> order.kind() + " " + order.id()).toList();
    }

    @Test
    void shouldNotStartWhatIsAnothersOrGone() {
        all.create("w", "worker");
        all.create("a", DRIVER);
        all.append(
                SessionEvents.make(SessionEvents.STARTING, "w"),
                SessionEvents.make(SessionEvents.STARTING, "a"),
                SessionEvents.make(SessionEvents.DELETED, "a"));
        assertThat(said(after(0).orders()))
                .as("the start was for a session that is no more")
                .containsExactly("START a", "DELETE a");
    }

    @Test
    void shouldPassOnNoRunWithoutAName() {
        all.create("a", DRIVER);
        all.append(
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}"),
                SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("r"));
        assertThat(said(after(0).orders())).containsExactly("START a", "SEND a");
        final List<Order> early = active().early();
        assertThat(said(early)).containsExactly("SEND a");
        assertThat(Objects.requireNonNull(early.get(0).run()).threadId())
                .as("the session is the thread if none is named")
                .isEqualTo("a");
    }

    @Test
    void shouldPassOnTheFirstOfTheRunsThatASessionWasAskedForBeforeItStarts() {
        all.create("a", DRIVER);
        for (int i = 0; i < 100; i++) {
            all.append(
                    new EventBuilder(SessionEvents.RUN_REQUESTED)
                            .sourceKind("cdp")
                            .subject("session/a")
                            .runId("of a stranger"));
        }
        for (int i = 0; i < 70; i++) {
            all.append(SessionEvents.make(SessionEvents.RUN_REQUESTED, "a", "{}").runId("r" + i));
        }
        final List<Order> early = active().early();
        assertThat(early).hasSize(64);
        assertThat(Objects.requireNonNull(early.get(0).run()).runId()).isEqualTo("r0");
        assertThat(Objects.requireNonNull(early.get(63).run()).runId()).isEqualTo("r63");
    }

    @Test
    void shouldReadManyOrdersPieceByPieceAndEachOnce() {
        all.create("a", DRIVER);
        for (int i = 0; i < 400; i++) {
            all.append(SessionEvents.make(SessionEvents.INTERRUPTED, "a").runId("r" + i));
        }
        final List<Order> orders = new ArrayList<>();
        OrderReading.Piece piece = after(0);
        int pieceCount = 1;
        while (!piece.isLast()) {
            orders.addAll(piece.orders());
            piece = after(piece.asOf());
            pieceCount++;
        }
        orders.addAll(piece.orders());
        assertThat(pieceCount).isEqualTo(2);
        assertThat(orders).hasSize(401);
        assertThat(orders.get(400).runId()).isEqualTo("r399");
        assertThat(after(piece.asOf()).orders()).isEmpty();
    }
}
