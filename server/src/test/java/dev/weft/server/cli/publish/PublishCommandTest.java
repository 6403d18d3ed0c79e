package dev.weft.server.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.cli.CommandRun;
import dev.weft.server.cli.ExitCodes;
import dev.weft.server.cli.FakeServer;
import dev.weft.server.cli.Problems;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(30)
class PublishCommandTest {
    private static final String OK =
            "{\"accepted\":1,\"first_seq\":1,\"last_seq\":1,\"durability\":\"journaled\"}";

    private final FakeServer server = new FakeServer();

    PublishCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldPublishOneEventFromArguments() {
        server.answer(200, "{\"seq\":42,\"event\":{}}");

        final CommandRun run =
                publish(
                        "build.done",
                        "{\"ok\": true}",
                        "--subject",
                        "job/7",
                        "--message",
                        "m",
                        "--id",
                        "i");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip()).isEqualTo("{\"seq\":42,\"event\":{}}");
        assertThat(server.requests().get(0).body())
                .isEqualTo(
                        "{\"id\":\"i\",\"type\":\"build.done\",\"subject\":\"job/7\",\"message\":\"m\","
                                + "\"data\":{\"ok\": true}}");
    }

    @Test
    void shouldSendTheSameIdAgainWhenTheAnswerIsLostOrLater() {
        server.cutAfter("{\"seq\"").answer(503, "{\"detail\":\"full\"}").answer(200, "{\"seq\":1}");

        final CommandRun run = publish("a");

        assertThat(run.exitCode()).isZero();
        assertThat(server.requests()).hasSize(3);
        final JsonNode first = Problems.json(server.requests().get(0).body());
        assertThat(first.path("id").asString()).hasSize(36);
        assertThat(server.requests())
                .allMatch(request -> Problems.json(request.body()).equals(first));
    }

    @Test
    void shouldTellARefusalWithoutTryingAgain() {
        server.answer(400, "{\"detail\":\"type: no letter first\"}");

        final CommandRun run = publish("1a");

        assertThat(run.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.err()).contains("400 type: no letter first");
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504, 507})
    void shouldSendAgainWhenTheAnswerSaysLater(final int status) {
        server.answer(status, "{\"detail\":\"later\"}").answer(200, "{\"seq\":1}");

        assertThat(publish("a").exitCode()).isZero();
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void shouldNotTryAgainWithoutTimeForIt() {
        server.answer(503, "{\"detail\":\"full\"}").answer(200, "{\"seq\":1}");

        final CommandRun run = publish("a", "--retry-for", "0");

        assertThat(run.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("503 full");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void shouldGiveUpAfterItsTime() {
        server.close();

        final CommandRun run = publish("a", "--retry-for", "0");

        assertThat(run.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        assertThat(run.err()).contains("no success at " + server.url());
    }

    @Test
    void shouldRefuseDataThatIsNoJson() {
        assertThat(publish("a", "hello").exitCode()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void shouldSendTheKey() {
        server.answer(200, "{\"seq\":1}");

        publish("a", "--api-key", "secret");

        assertThat(server.requests().get(0).apiKey()).isEqualTo("secret");
    }

    @Test
    void shouldPublishLinesOfAnyKind() {
        server.answer(200, OK);

        final CommandRun run =
                lines(
                        "{\"type\":\"a\"}\n\nplain text\r\n17\n",
                        "--type",
                        "log.line",
                        "--subject",
                        "host/h");

        assertThat(run.exitCode()).isZero();
        final String[] sent = server.requests().get(0).body().split("\n", -1);
        assertThat(sent).hasSize(4);
        assertThat(Problems.json(sent[0]).path("type").asString()).isEqualTo("a");
        assertThat(Problems.json(sent[1]).path("message").asString()).isEqualTo("plain text");
        assertThat(Problems.json(sent[1]).path("subject").asString()).isEqualTo("host/h");
        assertThat(Problems.json(sent[2]).path("data").asInt()).isEqualTo(17);
        assertThat(run.out()).contains("\"accepted\":1");
    }

    @Test
    void shouldLeaveTheSequencesOutWhenNothingWasAdded() {
        final CommandRun run = lines("");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip()).isEqualTo("{\"accepted\":0,\"rejected\":0,\"duplicates\":0}");
    }

    @Test
    void shouldSayThatThereWasNothingToPublish() {
        final CommandRun run = lines("\n  \n");

        assertThat(run.exitCode()).as("as for a job that had nothing to do").isZero();
        assertThat(run.err()).contains("nothing to publish");
        assertThat(lines("", "--quiet").err()).isEmpty();
        assertThat(lines("text\n").err()).doesNotContain("nothing to publish");
    }

    @Test
    void shouldNameTheLinesOfTheInputThatWereRefused() {
        server.answer(
                207,
                "{\"accepted\":1,\"rejected\":1,\"first_seq\":1,\"last_seq\":1,"
                        + "\"errors\":[{\"line\":2,\"detail\":\"type: missing\"}]}");

        final CommandRun run = lines("\n{\"type\":\"a\"}\n\ntext\n{\"data\":1}\n");

        assertThat(run.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.err()).contains("line 4: no JSON object").contains("line 5: type: missing");
        assertThat(run.out()).contains("\"rejected\":2");
    }

    private CommandRun publish(final String... arguments) {
        return CommandRun.of(new PublishCommand(), withUrl(arguments));
    }

    private CommandRun lines(final String input, final String... arguments) {
        return CommandRun.withInput(input, new PublishCommand(), withUrl(arguments));
    }

    private String[] withUrl(final String... arguments) {
        final String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = server.url();
        return all;
    }
}
