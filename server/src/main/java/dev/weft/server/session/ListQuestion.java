package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Question;
import dev.weft.server.session.state.Phase;
import dev.weft.server.session.state.SessionState;
import dev.weft.server.session.state.SessionTable;
import dev.weft.server.session.state.Sessions;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of the sessions, the newest first: {@code {"items":[…],"total":n,"limit":n,
 * "next_cursor":…}}; without the last if there are no more. For one request.
 */
final class ListQuestion implements Question {
    /** Longest page; what would make it longer comes on the next one. */
    static final int LENGTH_MAX = 16 * 1024 * 1024;

    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;
    private static final Set<String> NAMES = Set.of("limit", "cursor", "status", "driver");

    private final Sessions sessions;
    private final int limit;
    private final long before;
    private final @Nullable String status;
    private final @Nullable String driver;

    private ListQuestion(
            final Sessions sessions,
            final int limit,
            final long before,
            final @Nullable String status,
            final @Nullable String driver) {
        this.sessions = sessions;
        this.limit = limit;
        this.before = before;
        this.status = status;
        this.driver = driver;
    }

    /**
     * Reads what is asked for.
     *
     * @throws ProblemException 400.
     */
    static ListQuestion of(final Sessions sessions, final QueryParameters query) {
        FilterParser.checkNames(query, NAMES);
        final String status = query.one("status");
        if (status != null && !Phase.STATUSES.contains(status)) {
            throw new ProblemException(
                    new Problem(
                            400, "status: must be one of: " + String.join(", ", Phase.STATUSES)));
        }
        return new ListQuestion(
                sessions,
                (int) Numbers.of(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
                Numbers.of(query, "cursor", Long.MAX_VALUE, 1, Long.MAX_VALUE),
                status,
                query.one("driver"));
    }

    @Override
    public @Nullable ByteBuf answer(
            final EventIndex index, final long head, final ByteBufAllocator allocator) {
        final SessionTable table = sessions.upTo(index, head);
        if (table == null) {
            return null;
        }
        final StringBuilder json = new StringBuilder(4_096).append("{\"items\":[");
        int count = 0;
        long last = 0;
        boolean isMore = false;
        for (final SessionState session : table.before(before)) {
            if (!isWanted(session)) {
                continue;
            }
            if (count == limit || json.length() > LENGTH_MAX) {
                isMore = true;
                break;
            }
            if (count++ > 0) {
                json.append(',');
            }
            sessions.images().of(session, index.reads()).write(json);
            last = session.createdSequence();
        }
        json.append("],\"total\":").append(total(table)).append(",\"limit\":").append(limit);
        if (isMore) {
            json.append(",\"next_cursor\":\"").append(last).append('"');
        }
        return ByteBufUtil.writeUtf8(allocator, json.append('}'));
    }

    private boolean isWanted(final SessionState session) {
        return (status == null || session.phase().status().equals(status))
                && (driver == null || session.driver().equals(driver));
    }

    private int total(final SessionTable table) {
        if (driver != null) {
            int count = 0;
            for (final SessionState session : table.before(Long.MAX_VALUE)) {
                count += isWanted(session) ? 1 : 0;
            }
            return count;
        }
        return status == null ? table.size() : table.count(status);
    }
}
