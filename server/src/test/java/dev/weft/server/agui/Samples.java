package dev.weft.server.agui;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Events that are right: of each type one with every member that it can have. */
final class Samples {
    private static final String ALL =
            """
            {"type":"TEXT_MESSAGE_START","messageId":"m1","role":"user","name":"Ada","timestamp":1763631234567,"rawEvent":{"a":[1]},"metadata":{"ag-ui":null}}
            {"type":"TEXT_MESSAGE_CONTENT","messageId":"m1","delta":"Grüße, \\"Welt\\" 🌍","timestamp":0}
            {"type":"TEXT_MESSAGE_END","messageId":"m1","subagentRunId":"s1"}
            {"type":"TEXT_MESSAGE_CHUNK","messageId":"m1","role":"developer","delta":"","name":"n"}
            {"type":"TOOL_CALL_START","toolCallId":"c1","toolCallName":"search","parentMessageId":"m1"}
            {"type":"TOOL_CALL_ARGS","toolCallId":"c1","delta":"{\\"q\\":"}
            {"type":"TOOL_CALL_END","toolCallId":"c1"}
            {"type":"TOOL_CALL_CHUNK","toolCallId":"c1","toolCallName":"search","parentMessageId":"m1","delta":"{}"}
            {"type":"TOOL_CALL_RESULT","messageId":"m2","toolCallId":"c1","content":[{"type":"text","text":"found"},{"type":"image","source":{"type":"data","value":"aGk=","mimeType":"image/png"}}],"role":"tool"}
            {"type":"STATE_SNAPSHOT","snapshot":null}
            {"type":"STATE_DELTA","delta":[{"op":"add","path":"/a/0","value":null},{"op":"remove","path":""},{"op":"replace","path":"/a~1b","value":1.50},{"op":"move","from":"/a","path":"/b"},{"op":"copy","from":"/b","path":"/c"},{"op":"test","path":"/c","value":{}}]}
            {"type":"MESSAGES_SNAPSHOT","messages":[{"id":"1","role":"developer","content":"d"},{"id":"2","role":"system","content":"s","name":"n"},{"id":"3","role":"user","content":[{"type":"text","text":"look"},{"type":"document","source":{"type":"url","value":"https://example.org/a.pdf"}}]},{"id":"4","role":"assistant","content":"a","toolCalls":[{"id":"c1","type":"function","function":{"name":"search","arguments":"{}"}}]},{"id":"5","role":"tool","content":"t","toolCallId":"c1","error":"no"},{"id":"6","role":"activity","activityType":"PLAN","content":{"steps":[]}},{"id":"7","role":"reasoning","content":"r","encryptedValue":"x","metadata":{}}]}
            {"type":"ACTIVITY_SNAPSHOT","messageId":"a1","activityType":"PLAN","content":{"steps":[]},"replace":false}
            {"type":"ACTIVITY_DELTA","messageId":"a1","activityType":"PLAN","patch":[{"op":"add","path":"/steps/-","value":"x"}]}
            {"type":"RAW","event":{"anything":true},"source":"elsewhere"}
            {"type":"CUSTOM","name":"PredictState","value":[1,null]}
            {"type":"RUN_STARTED","threadId":"t1","runId":"r1","protocolVersion":"1.0","parentRunId":"r0","input":{"threadId":"t1","runId":"r1","state":{"a":1},"messages":[{"id":"u1","role":"user","content":"hi"}],"tools":[{"name":"search","description":"finds","parameters":{"type":"object"}}],"context":[{"description":"d","value":"v"}],"forwardedProps":{"x":1},"resume":[{"interruptId":"i1","status":"resolved","payload":{}}]}}
            {"type":"RUN_FINISHED","threadId":"t1","runId":"r1","result":{"ok":true},"outcome":{"type":"interrupt","interrupts":[{"id":"i1","reason":"confirm","message":"m","toolCallId":"c1","responseSchema":{},"expiresAt":"2026-01-01T00:00:00Z","metadata":{}}]},"usage":[{"provider":"p","model":"m","inputTokens":1,"outputTokens":2,"totalTokens":3,"reasoningTokens":0,"cachedInputTokens":0}]}
            {"type":"RUN_ERROR","message":"broken","code":"E1","usage":[{"totalTokens":9007199254740991}]}
            {"type":"STEP_STARTED","stepName":"plan"}
            {"type":"STEP_FINISHED","stepName":"plan"}
            {"type":"REASONING_START","messageId":"g1"}
            {"type":"REASONING_MESSAGE_START","messageId":"g1","role":"reasoning"}
            {"type":"REASONING_MESSAGE_CONTENT","messageId":"g1","delta":"hm"}
            {"type":"REASONING_MESSAGE_END","messageId":"g1"}
            {"type":"REASONING_MESSAGE_CHUNK","messageId":"g1","delta":"hm"}
            {"type":"REASONING_END","messageId":"g1"}
            {"type":"REASONING_ENCRYPTED_VALUE","subtype":"tool-call","entityId":"c1","encryptedValue":"x"}
            {"type":"SUBAGENT_STARTED","subagentRunId":"s1","name":"helper","description":"d","parentSubagentRunId":"s0","parentToolCallId":"c1","parentMessageId":"m1"}
            {"type":"SUBAGENT_FINISHED","subagentRunId":"s1","result":1,"outcome":{"type":"suspended","interruptIds":["i1"]}}
            {"type":"SUBAGENT_ERROR","subagentRunId":"s1","message":"m","code":"c"}
            {"type":"THINKING_START","title":"t"}
            {"type":"THINKING_END"}
            {"type":"THINKING_TEXT_MESSAGE_START"}
            {"type":"THINKING_TEXT_MESSAGE_CONTENT","delta":"hm"}
            {"type":"THINKING_TEXT_MESSAGE_END"}
            """;

    private Samples() {}

    static List<String> all() {
        return ALL.lines().toList();
    }

    /** The sample of a type. */
    static ObjectNode of(final AguiType type) {
        return all().stream()
                .map(Samples::tree)
                .filter(tree -> type.name().equals(AguiJson.text(tree, "type")))
                .findFirst()
                .orElseThrow();
    }

    /** What is left of a sample without the members that need not be there. */
    static ObjectNode smallest(final AguiType type) {
        final ObjectNode tree = of(type);
        for (final Member member : type.shape().members()) {
            if (!member.isRequired()) {
                tree.remove(member.name());
            }
        }
        return tree;
    }

    static ObjectNode tree(final String json) {
        return AguiJson.object(json.getBytes(UTF_8));
    }

    static AguiEvent event(final String json) {
        return AguiEvent.parse(json.replace('\'', '"').getBytes(UTF_8));
    }

    /** An event in the journal; its type is the one that stands in it. */
    static StoredEvent stored(final @Nullable String runId, final String json) {
        final String text = json.replace('\'', '"');
        final String type = AguiJson.text(tree(text), "type");
        return new StoredEvent(
                type == null ? RunInput.EVENT_TYPE : type,
                runId,
                1_763_631_234_567_890L,
                text.getBytes(UTF_8));
    }

    /** What somebody answers, with single quotes for double ones. */
    static String json(final byte[] answer) {
        return new String(answer, UTF_8).replace('"', '\'');
    }
}
