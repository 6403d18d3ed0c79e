package dev.weft.server.cli.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.cli.CommandRun;
import dev.weft.server.cli.FakeServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Timeout(30)
class TailCommandTest {
    private static final String RETRY = "retry: 1\n\n";
    private static final String HEALTH = "{\"status\":\"ok\",\"head\":7}";

    private final FakeServer server = new FakeServer();

    TailCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldGoOnBehindTheLastEventItHasShownWhenTheConnectionBreaks() {
        server.answer(200, HEALTH)
                .cutAfter(RETRY + frame(8) + frame(9) + "id: 10\ndata: half")
                .answer(503, "")
                .answer(200, RETRY + frame(10) + frame(11));

        final CommandRun run = tail("--count", "4");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines())
                .containsExactly(envelope(8), envelope(9), envelope(10), envelope(11));
        assertThat(server.requests())
                .extracting(FakeServer.Request::lastEventId)
                .containsExactly("null", "7", "9", "9");
    }

    @Test
    void shouldGoOnFromTheHeadOfItsStartWhenNoEventCameBeforeTheBreak() {
        server.answer(200, HEALTH).cutAfter(RETRY).answer(200, frame(8));

        tail("--count", "1");

        assertThat(server.requests())
                .extracting(FakeServer.Request::lastEventId)
                .containsExactly("null", "7", "7");
    }

    @Test
    void shouldAskForItsFiltersAndItsStartOnlyOnce() {
        server.cutAfter(RETRY + frame(3)).answer(200, frame(4));

        tail(
                "--count",
                "2",
                "--type",
                "step.*",
                "--type",
                "a&b",
                "--subject",
                "job/*",
                "--last",
                "5");

        final String filters = "/events/stream?type=step.*&type=a%26b&subject=job%2F*";
        assertThat(server.requests())
                .extracting(FakeServer.Request::target)
                .containsExactly(filters + "&last=5", filters);
    }

    @Test
    void shouldAskForItsPolicyEachTime() {
        server.cutAfter(RETRY + frame(3)).answer(200, frame(9));

        tail("--count", "2", "--policy", "sample=10/s", "--all");

        assertThat(server.requests())
                .extracting(FakeServer.Request::target)
                .containsExactly(
                        "/events/stream?policy=sample%3D10%2Fs&replay=all",
                        "/events/stream?policy=sample%3D10%2Fs");
    }

    @Test
    void shouldTellGapsAndGoOnFromTheHeadAfterAReset() {
        server.cutAfter(
                        "event: weft.gap\ndata: {\"from\":1,\"to\":5,\"oldest\":6}\n\n"
                                + frame(6)
                                + "event: weft.reset\ndata: {\"reason\":\"ahead\",\"head\":3}\n\n")
                .answer(200, frame(4));

        final CommandRun run = tail("--all", "--count", "2");

        assertThat(run.err()).contains("gap: events 1 to 5").contains("reset: ahead");
        assertThat(server.requests().get(1).lastEventId()).isEqualTo("3");
    }

    @Test
    void shouldRefuseANegativeCount() {
        assertThat(tail("-n", "-1").exitCode()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void shouldFollowWithoutEndWhenTheCountIsZero() {
        server.answer(200, HEALTH)
                .answer(200, RETRY + frame(8) + frame(9))
                .answer(401, "{\"detail\":\"end of the test\"}");

        final CommandRun run = tail("-n", "0");

        assertThat(run.out().lines()).containsExactly(envelope(8), envelope(9));
        assertThat(run.exitCode()).isEqualTo(1); // only because the server refused to go on
    }

    @Test
    void shouldEndWhenTheServerRefusesIt() {
        server.answer(401, "{\"detail\":\"Missing API key\"}");

        final CommandRun run = tail("--all");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("401 Missing API key");
    }

    @Test
    void shouldShowTheStreamAsItIsWhenAskedForRaw() {
        server.answer(200, RETRY + ":\n\n" + frame(1));

        final CommandRun run = tail("--raw", "--all", "--count", "1");

        assertThat(run.out()).isEqualTo(RETRY + ":\n\n" + frame(1));
    }

    @Test
    void shouldGoOnBehindTheLastWholeEventWhenARawStreamBreaks() {
        server.cutAfter(RETRY + frame(8) + "id: 9\ndata: half").answer(200, frame(9) + frame(10));

        final CommandRun run = tail("--raw", "--all", "--count", "2");

        assertThat(run.out()).startsWith(RETRY + frame(8)).endsWith(frame(9));
        assertThat(server.requests())
                .extracting(FakeServer.Request::lastEventId)
                .containsExactly("null", "8");
    }

    @Test
    void shouldComeBackWhenTheServerSaysThatThereAreTooManyRequests() {
        server.answer(429, "{\"detail\":\"slowly\"}").answer(200, frame(1));

        final CommandRun run = tail("--all", "--count", "1");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).containsExactly(envelope(1));
    }

    @Test
    void shouldEndWhenNobodyReadsItAnyMore() {
        server.answer(200, frame(1)).answer(401, "{\"detail\":\"came back\"}");
        final StringWriter err = new StringWriter();

        final int exitCode =
                new CommandLine(new TailCommand())
                        .setOut(new PrintWriter(new ClosedPipe()))
                        .setErr(new PrintWriter(err))
                        .execute("--all", "--url", server.url());

        assertThat(exitCode).as(err.toString()).isZero();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void shouldShowColumnsThatNoEventCanBreak() {
        server.answer(
                200,
                "id: 1\ndata: {\"seq\":1,\"event\":{\"ts\":1763631234567890,\"type\":\"t\",\"subject\":\"job/1\","
                        + "\"message\":\"evil \\u001b[31m\"}}\n\n");

        final CommandRun run = tail("--pretty", "--all", "--count", "1");

        assertThat(run.out())
                .contains("       1  t ")
                .contains("job/1")
                .contains("evil  [31m")
                .doesNotContain("\u001b");
    }

    @Test
    void shouldRefuseTwoStarts() {
        assertThat(tail("--all", "--last", "3").exitCode()).isEqualTo(2);
    }

    private CommandRun tail(final String... arguments) {
        final String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = server.url();
        return CommandRun.of(new TailCommand(), all);
    }

    /** What standard output is when its reader has gone. */
    private static final class ClosedPipe extends Writer {
        @Override
        public void write(final char[] text, final int offset, final int length)
                throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void flush() throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void close() {}
    }

    private static String frame(final long sequence) {
        return "id: " + sequence + "\ndata: " + envelope(sequence) + "\n\n";
    }

    private static String envelope(final long sequence) {
        return "{\"seq\":" + sequence + ",\"event\":{\"type\":\"t\"}}";
    }
}
