package dev.weft.server.ops;

import dev.weft.protocol.Problem;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.bridge.PartStatus;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.MediaTypes;
import dev.weft.server.http.Route;
import dev.weft.server.journal.Journal;
import dev.weft.server.record.IsoTime;
import io.netty.buffer.ByteBufUtil;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * {@code GET /health}: 200 as long as events can be published, else 503, both with the same
 * members. {@code GET /health/}, with the slash, is for clients that look for {@code healthy} or
 * {@code unhealthy} and expect 200 with either: it has four members in front, the others follow.
 */
public final class HealthRoute implements Route {
    private static final String NO_STORE = "Cache-Control: no-store\r\n";

    private final Journal journal;
    private final HealthFacts facts;
    private final LongSupplier nanoClock;
    private final LongSupplier epochUs;
    private final long startedNs;

    /**
     * Makes the route.
     *
     * @param epochUs microseconds since the epoch.
     */
    public HealthRoute(
            final Journal journal,
            final HealthFacts facts,
            final LongSupplier nanoClock,
            final LongSupplier epochUs) {
        this.journal = journal;
        this.facts = facts;
        this.nanoClock = nanoClock;
        this.epochUs = epochUs;
        this.startedNs = nanoClock.getAsLong();
    }

    @Override
    public void handle(final Exchange exchange) {
        final Journal.State state = journal.state();
        final boolean isWritable = state == Journal.State.WRITABLE;
        final boolean isSlashed = exchange.path().endsWith("/");
        final StringBuilder json = new StringBuilder(512).append('{');
        if (isSlashed) {
            text(json, "status", isWritable ? "healthy" : "unhealthy");
            text(json, "timestamp", now());
            json.append("\"api_connected\":true,\"database_connected\":")
                    .append(isWritable)
                    .append(',');
        } else {
            text(json, "status", isWritable ? "ok" : "unavailable");
        }
        text(json, "version", Version.text());
        number(
                json,
                "uptime_seconds",
                TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - startedNs));
        number(json, "head", journal.appendedSequence());
        number(json, "oldest", journal.oldestSequence());
        number(json, "durable", journal.durableSequence());
        final LongSupplier indexed = facts.indexedSequence();
        if (indexed != null) {
            number(json, "indexed", indexed.getAsLong());
        }
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
        bridge(json);
        recovery(json);
        json.setCharAt(json.length() - 1, '}'); // in place of the last comma
        exchange.respond(
                isWritable || isSlashed ? 200 : 503,
                MediaTypes.JSON,
                ByteBufUtil.writeUtf8(exchange.channel().alloc(), json),
                NO_STORE);
    }

    /**
     * {@code GET /health/database}, the database being the journal: whether events can be
     * published, and 503 with a problem if not.
     */
    public Route database() {
        return exchange -> {
            final Journal.State state = journal.state();
            if (state != Journal.State.WRITABLE) {
                exchange.respond(
                        new Problem(
                                503,
                                "Database health check failed: the journal is "
                                        + state.name().toLowerCase(Locale.ROOT)));
                return;
            }
            final StringBuilder json = new StringBuilder(128).append('{');
            text(json, "status", "healthy");
            text(json, "timestamp", now());
            json.append("\"connected\":true}");
            exchange.respond(
                    200,
                    MediaTypes.JSON,
                    ByteBufUtil.writeUtf8(exchange.channel().alloc(), json),
                    NO_STORE);
        };
    }

    private String now() {
        return IsoTime.append(new StringBuilder(), epochUs.getAsLong()).toString();
    }

    /** States only: who asks needs no key, and reasons name other machines. */
    private void bridge(final StringBuilder json) {
        if (facts.bridge().isEmpty()) {
            return;
        }
        json.append("\"bridge\":{");
        for (final PartStatus part : facts.bridge()) {
            text(json, part.name(), part.state().name().toLowerCase(Locale.ROOT));
        }
        json.setCharAt(json.length() - 1, '}');
        json.append(',');
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
