package dev.weft.bench.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A table with the mix and the indexes that fit the questions, in a database over JDBC. One
 * connection, one thread.
 */
abstract class SqlStore implements AutoCloseable {
    static final int ROWS_PER_COMMIT = 10_000;
    static final int COLUMNS = 8;

    private static final String SELECT = "SELECT seq, body FROM events";
    private static final String ORDER = " ORDER BY seq DESC LIMIT " + PageQuery.LIMIT + " OFFSET ?";

    final Connection connection;

    SqlStore(final Connection connection) {
        this.connection = connection;
    }

    abstract String name();

    /** Rows that are ready to be added, and what adds and commits them. */
    @FunctionalInterface
    interface Rows {
        void insert() throws SQLException;
    }

    /** Makes rows of the events [from, from + count) of the mix. */
    abstract Rows rows(long from, int count);

    /** Bytes on the disk. */
    abstract long size() throws SQLException;

    /** What a database wants to have been told when it was filled. */
    abstract void settle() throws SQLException;

    /** Makes the table, and an index for each of the questions. */
    final void create() throws SQLException {
        execute(
                "CREATE TABLE events (seq bigint PRIMARY KEY, ts bigint NOT NULL, type text NOT"
                        + " NULL, category text NOT NULL, subject text NOT NULL, correlation_id text,"
                        + " run_id text, body text NOT NULL)");
        for (final String columns : List.of("type, seq", "category, seq", "subject, type, seq")) {
            index(columns, "");
        }
        index("subject, seq", "");
        index("correlation_id, seq", " WHERE correlation_id IS NOT NULL");
        index("run_id, seq", " WHERE run_id IS NOT NULL");
        index("ts", "");
        connection.setAutoCommit(false);
    }

    private void index(final String columns, final String where) throws SQLException {
        execute(
                "CREATE INDEX events_%s ON events (%s)%s"
                        .formatted(columns.replace(", ", "_"), columns, where));
    }

    final void execute(final String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * Reads one page and how many there are in all.
     *
     * @return that number.
     */
    final long page(final PageQuery query, final long offset) throws SQLException {
        final String condition = query.condition();
        long bytes = 0;
        try (PreparedStatement select =
                connection.prepareStatement(SELECT + condition + ORDER)) { // cached by the drivers
            final int next = bind(select, query);
            select.setLong(next, offset);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    bytes += rows.getLong(1) + rows.getString(2).length();
                }
            }
        }
        try (PreparedStatement count =
                connection.prepareStatement("SELECT count(*) FROM events" + condition)) {
            bind(count, query);
            try (ResultSet rows = count.executeQuery()) {
                rows.next();
                return bytes < 0 ? -1 : rows.getLong(1);
            }
        } finally {
            connection.commit();
        }
    }

    private static int bind(final PreparedStatement statement, final PageQuery query)
            throws SQLException {
        int next = 1;
        for (final String value : query.values()) {
            statement.setString(next++, value);
        }
        return next;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
