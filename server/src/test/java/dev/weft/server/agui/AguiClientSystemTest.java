package dev.weft.server.agui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.server.harness.ClientProcess;
import dev.weft.server.harness.Seeds;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The client of AG-UI from npm (1.0) judges as the rules here do. Where it does not: lengths and
 * nesting have limits here; what is unknown in a known place (a part of a message, an outcome) is
 * refused here and left out there; a thought that begins before the last has ended is refused here
 * at once and there at the end of the run; whose a message is among subagents is looked at there
 * only.
 */
@Timeout(180)
class AguiClientSystemTest {
    private static final int STREAMS = 150;

    @TempDir Path directory;

    private List<String> ask(final String mode, final List<String> lines) throws Exception {
        final Path modules = AguiClient.require();
        final String node =
                ClientProcess.require(
                        "TEST_NODE", List.of("node", "nodejs"), List.of("-e", "fetch.name"));
        final Path script = directory.resolve("client.mjs");
        try (InputStream in = getClass().getResourceAsStream("client.mjs")) {
            Files.write(script, Objects.requireNonNull(in).readAllBytes());
        }
        final Path file = Files.write(directory.resolve("lines"), lines, UTF_8);
        try (ClientProcess client =
                ClientProcess.start(
                        directory,
                        List.of(
                                node,
                                script.toString(),
                                modules.toString(),
                                mode,
                                file.toString()))) {
            assertThat(client.exitCode()).as(String.join("\n", client.lines())).isZero();
            final List<String> answers = new ArrayList<>(client.lines());
            assertThat(answers.remove(answers.size() - 1)).isEqualTo("done");
            assertThat(answers).hasSameSizeAs(lines);
            return answers;
        }
    }

    private static boolean isAccepted(final JsonNode event) {
        try {
            AguiEvent.parse(AguiJson.MAPPER.writeValueAsBytes(event));
            return true;
        } catch (final AguiException ex) {
            return false;
        }
    }

    /** Each sample whole, without one of its members, and with one that is wrong or null. */
    private static List<ObjectNode> variants() {
        final List<ObjectNode> variants = new ArrayList<>();
        for (final AguiType type : AguiType.values()) {
            variants.add(Samples.of(type));
            variants.add(Samples.smallest(type));
            for (final Member member : type.shape().members()) {
                if (type != AguiType.THINKING_START || !member.name().equals("title")) {
                    variants.add(Samples.of(type).without(member.name()));
                    variants.add(Samples.of(type).put(member.name(), 0.5));
                    variants.add(Samples.of(type).put(member.name(), "text"));
                    variants.add(Samples.of(type).putNull(member.name()));
                }
            }
        }
        return variants;
    }

    @Test
    void shouldAcceptTheEventsThatTheClientAccepts() throws Exception {
        final List<ObjectNode> variants = variants();
        final List<String> answers =
                ask("schemas", variants.stream().map(ObjectNode::toString).toList());
        final List<String> differences = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (isAccepted(variants.get(i)) != answers.get(i).equals("ok")) {
                differences.add(variants.get(i) + ": " + answers.get(i));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(answers).contains("ok").anyMatch(answer -> !answer.equals("ok"));
    }

    @Test
    void shouldAcceptTheOrderThatTheClientAccepts() throws Exception {
        final long seed = Seeds.one();
        final SplittableRandom random = new SplittableRandom(seed);
        final List<String> lines = new ArrayList<>();
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            final OrderRules rules = new OrderRules(OrderMode.STRICT);
            final List<String> stream = new ArrayList<>();
            for (final AguiEvent event : AnyEvents.all(random)) {
                stream.add(new String(event.json(), UTF_8));
                if (!rules.on(event).isAccepted()) {
                    if (!event.type().name().matches("THINKING.*_START")) {
                        lines.add(array(stream));
                        expected.add(String.valueOf(stream.size() - 1));
                    }
                    stream.remove(stream.size() - 1);
                }
            }
            lines.add(array(stream));
            expected.add("-1");
        }
        final List<String> answers = ask("order", lines);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i))
                    .as("-Dtest.seed=%d: %s", seed, lines.get(i))
                    .isEqualTo(expected.get(i));
        }
    }

    @Test
    void shouldShowTheMessagesThatTheClientHasAfterARun() throws Exception {
        final List<String> events =
                List.of(
                        "{'type':'RUN_STARTED','threadId':'t1','runId':'r1','input':{'threadId':'t1','runId':'r1','messages':[{'id':'u1','role':'user','content':'hi'}],'tools':[],'context':[],'forwardedProps':{}}}",
                        "{'type':'TEXT_MESSAGE_START','messageId':'m1','role':'assistant'}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'Let me '}",
                        "{'type':'TEXT_MESSAGE_CONTENT','messageId':'m1','delta':'see 🌍'}",
                        "{'type':'TEXT_MESSAGE_END','messageId':'m1'}",
                        "{'type':'TOOL_CALL_START','toolCallId':'c1','toolCallName':'search','parentMessageId':'m1'}",
                        "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'[1,'}",
                        "{'type':'TOOL_CALL_ARGS','toolCallId':'c1','delta':'2]'}",
                        "{'type':'TOOL_CALL_END','toolCallId':'c1'}",
                        "{'type':'TOOL_CALL_RESULT','messageId':'t1','toolCallId':'c1','content':'found'}",
                        "{'type':'TEXT_MESSAGE_CHUNK','messageId':'m2','delta':'Here '}",
                        "{'type':'TEXT_MESSAGE_CHUNK','delta':'it is'}",
                        "{'type':'RUN_FINISHED','threadId':'t1','runId':'r1'}");
        final List<String> stamped =
                events.stream()
                        .map(event -> event.replace('\'', '"').getBytes(UTF_8))
                        .map(event -> AguiEvent.parse(event, "t1", "r1"))
                        .map(event -> new String(event.json(), UTF_8))
                        .toList();
        final SessionOutput output = OutputFormat.TRANSCRIPT.output("s-1");
        stamped.forEach(event -> output.on(Samples.stored("r1", event)));
        final String snapshot =
                "{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":"
                        + ask("run", List.of(array(stamped))).get(0)
                        + "}";
        final SessionOutput ofClient = OutputFormat.TRANSCRIPT.output("s-1");
        ofClient.on(Samples.stored("r1", snapshot));
        assertThat(
                        Samples.json(output.finish())
                                .replaceAll(",'timestamp':'[^']*'", "")
                                .replace(",'result':'found','status':'completed'", ""))
                .isEqualTo(Samples.json(ofClient.finish()))
                .contains("Let me see 🌍", "[1,2]", "Here it is", "'content':'hi'");
    }

    private static String array(final List<String> events) {
        return events.stream().collect(Collectors.joining(",", "[", "]"));
    }
}
