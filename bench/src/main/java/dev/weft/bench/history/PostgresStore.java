package dev.weft.bench.history;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** PostgreSQL, filled by COPY; a commit does not wait for the disk, as Weft's do not by default. */
final class PostgresStore extends SqlStore {
    static final String NAME = "postgresql";

    private final PostgresServer server;

    PostgresStore(final PostgresServer server) throws SQLException {
        super(DriverManager.getConnection(server.url()));
        this.server = server;
        create();
    }

    @Override
    String name() {
        return NAME;
    }

    @Override
    Rows rows(final long from, final int count) {
        final StringBuilder rows = new StringBuilder(count * 400);
        for (long seq = from; seq < from + count; seq++) {
            final MixEvent event = EventMix.at(seq);
            rows.append(seq)
                    .append('\t')
                    .append(seq)
                    .append('\t')
                    .append(event.type())
                    .append('\t');
            rows.append(event.category()).append('\t').append(event.subject()).append('\t');
            rows.append(text(event.correlationId())).append('\t');
            rows.append(text(event.runId())).append('\t');
            event.json(rows);
            rows.append('\n');
        }
        final byte[] text = rows.toString().getBytes(StandardCharsets.UTF_8);
        return () -> copy(text);
    }

    private void copy(final byte[] text) throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY events FROM STDIN", new ByteArrayInputStream(text));
        } catch (final IOException ex) {
            throw new SQLException(ex);
        }
        connection.commit();
    }

    private static String text(final @Nullable String value) {
        return value == null ? "\\N" : value;
    }

    @Override
    void settle() throws SQLException {
        connection.setAutoCommit(true);
        execute("VACUUM ANALYZE events"); // also lets it count from an index alone
        execute("CHECKPOINT");
        connection.setAutoCommit(false);
    }

    @Override
    long size() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_total_relation_size('events')")) {
            row.next();
            return row.getLong(1);
        } finally {
            connection.commit();
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            super.close();
        } finally {
            server.close();
        }
    }
}
