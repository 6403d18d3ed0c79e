package dev.weft.bench.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.stream.Stream;

/** SQLite in this process, as an application would have it: WAL, forced at checkpoints only. */
final class SqliteStore extends SqlStore {
    static final String NAME = "sqlite";

    private final Path folder;
    private final PreparedStatement insert;

    SqliteStore(final Path folder) throws SQLException {
        super(DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db")));
        this.folder = folder;
        execute("PRAGMA journal_mode = WAL");
        execute("PRAGMA synchronous = NORMAL");
        execute("PRAGMA cache_size = -524288"); // KiB
        execute("PRAGMA mmap_size = 4294967296");
        create();
        insert = connection.prepareStatement("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    }

    @Override
    String name() {
        return NAME;
    }

    @Override
    Rows rows(final long from, final int count) {
        final MixEvent[] events = new MixEvent[count];
        final String[] bodies = new String[count];
        for (int i = 0; i < count; i++) {
            events[i] = EventMix.at(from + i);
            final StringBuilder body = new StringBuilder();
            events[i].json(body);
            bodies[i] = body.toString();
        }
        return () -> insert(from, events, bodies);
    }

    private void insert(final long from, final MixEvent[] events, final String[] bodies)
            throws SQLException {
        for (int i = 0; i < events.length; i++) {
            final MixEvent event = events[i];
            final long seq = from + i;
            insert.setLong(1, seq);
            insert.setLong(2, seq);
            insert.setString(3, event.type());
            insert.setString(4, event.category());
            insert.setString(5, event.subject());
            if (event.correlationId() == null) {
                insert.setNull(6, Types.VARCHAR);
            } else {
                insert.setString(6, event.correlationId());
            }
            if (event.runId() == null) {
                insert.setNull(7, Types.VARCHAR);
            } else {
                insert.setString(7, event.runId());
            }
            insert.setString(COLUMNS, bodies[i]);
            insert.addBatch();
        }
        insert.executeBatch();
        connection.commit();
    }

    @Override
    void settle() throws SQLException {
        execute("ANALYZE");
        connection.commit();
    }

    @Override
    long size() {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (final Path file : files.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() throws SQLException {
        insert.close();
        super.close();
    }
}
