package dev.weft.server.ops;

import dev.weft.protocol.json.JsonText;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.Route;
import dev.weft.server.journal.Journal;
import io.netty.buffer.ByteBufUtil;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * {@code GET /health}: 200 as long as events can be published, else 503, both with the same
 * members.
 */
public final class HealthRoute implements Route {
    private static final String NO_STORE = "Cache-Control: no-store\r\n";

    private final Journal journal;
    private final HealthFacts facts;
    private final LongSupplier nanoClock;
    private final long startedNs;

    public HealthRoute(
            final Journal journal, final HealthFacts facts, final LongSupplier nanoClock) {
        this.journal = journal;
        this.facts = facts;
        this.nanoClock = nanoClock;
        this.startedNs = nanoClock.getAsLong();
    }

    @Override
    public void handle(final Exchange exchange) {
        final Journal.State state = journal.state();
        final boolean isWritable = state == Journal.State.WRITABLE;
        final StringBuilder json = new StringBuilder(512).append('{');
        text(json, "status", isWritable ? "ok" : "unavailable");
        text(json, "version", Version.text());
        number(
                json,
                "uptime_seconds",
                TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - startedNs));
        number(json, "head", journal.appendedSequence());
        number(json, "oldest", journal.oldestSequence());
        number(json, "durable", journal.durableSequence());
        json.append("\"writable\":").append(isWritable).append(',');
        text(json, "journal", state.name().toLowerCase(Locale.ROOT));
        number(json, "free_bytes", journal.freeBytes());
        final long damageCount = journal.damageCount();
        if (damageCount > 0) { // met by readers since the start
            number(json, "damage_met", damageCount);
        }
        number(json, "subscribers", facts.subscribers().getAsLong());
        text(json, "threading", facts.threading());
        text(json, "transport", facts.transport());
        text(json, "durability", facts.durability());
        recovery(json);
        json.setCharAt(json.length() - 1, '}'); // in place of the last comma
        exchange.respond(
                isWritable ? 200 : 503,
                MediaTypes.JSON,
                ByteBufUtil.writeUtf8(exchange.channel().alloc(), json),
                NO_STORE);
    }

    private void recovery(final StringBuilder json) {
        final HealthFacts.Recovery recovery = facts.recovery();
        if (recovery == null) {
            return;
        }
        json.append("\"recovery\":{");
        if (recovery.skippedFrom() != 0) {
            number(json, "skipped_from", recovery.skippedFrom());
            number(json, "skipped_to", recovery.skippedTo());
        }
        json.append("\"damage\":[");
        for (int i = 0; i < recovery.damage().size(); i++) {
            json.append(i == 0 ? "" : ",");
            JsonText.quote(json, recovery.damage().get(i));
        }
        json.append("]},");
    }

    private static void text(final StringBuilder json, final String name, final String value) {
        json.append('"').append(name).append("\":");
        JsonText.quote(json, value);
        json.append(',');
    }

    private static void number(final StringBuilder json, final String name, final long value) {
        json.append('"').append(name).append("\":").append(value).append(',');
    }
}
