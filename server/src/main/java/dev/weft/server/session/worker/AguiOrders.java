package dev.weft.server.session.worker;

import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.agui.AguiEvent;
import dev.weft.server.agui.AguiException;
import dev.weft.server.agui.AguiType;
import dev.weft.server.agui.OrderMode;
import dev.weft.server.agui.OrderRules;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventQuery;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.Sequences;
import dev.weft.server.record.RecordView;
import dev.weft.server.session.state.SessionEvents;
import dev.weft.server.session.state.SessionState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far each session has come in its run: what the order of the next events is judged by. It is a
 * fold as well, over the session's events from the begin of its last run on; {@link #KEPT_MAX} are
 * kept, the others are made again when they are needed. Thread: query.
 */
final class AguiOrders {
    static final int KEPT_MAX = 4_096;

    private static final int STEP_EVENTS_MAX = 500;

    /** Events that are looked at for the begin of the last run: others may have published some. */
    private static final int LOOKS_MAX = 64;

    private final RecordView view = new RecordView();
    private final Map<String, Order> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(final Map.Entry<String, Order> eldest) {
                    return size() > KEPT_MAX;
                }
            };

    /** Where one session stands. */
    static final class Order {
        private final long createdSequence;
        private final OrderRules rules = new OrderRules(OrderMode.WARN); // what is there is there
        private long sequence;
        private @Nullable String runId;

        Order(final long createdSequence, final long sequence) {
            this.createdSequence = createdSequence;
            this.sequence = sequence;
        }

        /** A copy of the rules, to judge what may not be appended after all. */
        OrderRules rules(final OrderMode mode) {
            return rules.copy(mode);
        }

        /** The run that events belong to which do not say; null if there was none yet. */
        @Nullable String runId() {
            return runId;
        }
    }

    /**
     * Where a session stands, with all that is indexed.
     *
     * @return null to be asked again in the next turn.
     */
    @Nullable Order of(final SessionState session, final EventIndex index) {
        final long indexed = index.indexedSequence();
        final EventQuery about = SessionEvents.about(session.id()).upTo(indexed);
        Order order = kept.get(session.id());
        if (order == null || order.createdSequence != session.createdSequence()) {
            order = begin(session, index, about);
            kept.put(session.id(), order);
        }
        return order.sequence < indexed && !grow(order, index, about, indexed) ? null : order;
    }

    private Order begin(
            final SessionState session, final EventIndex index, final EventQuery about) {
        final long created = session.createdSequence();
        final Sequences newest =
                index.select(
                                about.where(IndexField.TYPE, AguiType.RUN_STARTED.name())
                                        .after(created))
                        .descending(0);
        final EventReads reads = index.reads();
        for (int i = 0; i < LOOKS_MAX; i++) {
            final long run = newest.next();
            if (run == Sequences.NONE) {
                break;
            }
            if (reads.at(run) && view.wrap(reads.block(), reads.index()).isServers()) {
                return new Order(created, run - 1);
            }
        }
        return new Order(created, created);
    }

    private boolean grow(
            final Order order, final EventIndex index, final EventQuery about, final long indexed) {
        final EventReads reads = index.reads();
        final Sequences left = index.select(about.after(order.sequence)).ascending(0);
        for (int i = 0; i < STEP_EVENTS_MAX; i++) {
            final long sequence = left.next();
            if (sequence == Sequences.NONE) {
                order.sequence = indexed;
                return true;
            }
            order.sequence = sequence;
            if (reads.at(sequence)) {
                view.wrap(reads.block(), reads.index());
                take(order);
            }
        }
        return false;
    }

    private void take(final Order order) {
        final String type = view.text(RecordDescriptor.TYPE_OFFSET);
        if (type == null || AguiType.of(type) == null || !view.isServers()) {
            return; // or somebody else's words, which no worker can do anything about
        }
        try {
            final AguiEvent event = AguiEvent.parse(view.dataBytes());
            order.rules.on(event);
            if (event.type() == AguiType.RUN_STARTED) {
                order.runId = event.runId();
            }
        } catch (final AguiException ex) {
            return; // somebody published it who was not checked
        }
    }
}
