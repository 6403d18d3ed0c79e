package dev.weft.protocol.event;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Random events as text: mostly good, in every spelling that JSON allows, and damaged ones. */
final class EventTexts {
    private static final String[] WORDS = {
        "a",
        "job",
        "weft.",
        "system",
        "cdp",
        "kernel_api",
        "é",
        "😀",
        "\u007f",
        "日本",
        "x y",
        "\"",
        "\\",
        "/",
        "\n",
        "\u0000",
        "\u2028",
        "0",
        "-",
        ":",
        "@",
        "custom",
        "t",
        "journal.x",
        ""
    };
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "1",
        "12345678901234567890",
        "0.5",
        "-1.25e10",
        "1E+2",
        "1e308",
        "1.8e308",
        "1e-999",
        "1e1000",
        "01",
        "1.",
        "-",
        "1e",
        "+1",
        "9007199254740991",
        "9007199254740992",
        "0e00000000001"
    };
    private static final byte[] DAMAGE =
            "{}[]\",:\\u0019eE+-.truefalsn \t\n\r\u0000\u001f/bfd8DC"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final SplittableRandom random;

    EventTexts(final SplittableRandom random) {
        this.random = random;
    }

    /** An event that follows most rules most of the time. */
    String event() {
        final StringBuilder json = new StringBuilder(space()).append('{');
        member(json, "type", string(oneOf("t", "step.started", "A:b/c-d_9", word() + word())));
        if (chance(2)) {
            member(json, "id", string(word() + "1"));
        }
        if (chance(3)) {
            member(
                    json,
                    "category",
                    chance(8) ? value(1) : string(oneOf("job", "system", "custom", word())));
        }
        if (chance(3)) {
            member(
                    json,
                    "subject",
                    string(oneOf("job/7f", "host/web-1", "a/" + word(), word() + "/" + word())));
        }
        if (chance(4)) {
            member(
                    json,
                    oneOf("run_id", "step_id", "correlation_id", "causation_id", "runid"),
                    string(word() + "z"));
        }
        if (chance(4)) {
            member(
                    json,
                    "occurred_at",
                    oneOf("0", "1763631234567890", oneOf(NUMBERS), value(1)).trim());
        }
        if (chance(4)) {
            member(json, "source", source());
        }
        if (chance(3)) {
            member(json, "message", string(word() + word() + word() + word()));
        }
        if (chance(2)) {
            member(json, "data", value(random.nextInt(5)));
        }
        if (chance(12)) {
            member(json, oneOf("data", "type", "tpye", "message"), value(2));
        }
        return json.append(space()).append('}').append(space()).toString();
    }

    /** The same with some bytes changed, taken away or put in. */
    byte[] damaged(final byte[] event) {
        byte[] bytes = event;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            final int at = random.nextInt(bytes.length + 1);
            final int removed = random.nextInt(Math.min(3, bytes.length - at + 1));
            final byte[] added = new byte[random.nextInt(3)];
            for (int j = 0; j < added.length; j++) {
                added[j] =
                        chance(3)
                                ? (byte) random.nextInt(256)
                                : DAMAGE[random.nextInt(DAMAGE.length)];
            }
            final byte[] next = new byte[bytes.length - removed + added.length];
            System.arraycopy(bytes, 0, next, 0, at);
            System.arraycopy(added, 0, next, at, added.length);
            System.arraycopy(
                    bytes, at + removed, next, at + added.length, bytes.length - at - removed);
            bytes = next.length == 0 ? event : next;
        }
        return bytes;
    }

    private String source() {
        final StringBuilder json = new StringBuilder("{");
        member(json, "kind", string(oneOf("cdp", "probe", "extension", word())));
        if (chance(2)) {
            member(json, "event", string(word() + "e"));
        }
        if (chance(2)) {
            final StringBuilder metadata = new StringBuilder("{").append(space());
            for (int i = random.nextInt(4); i > 0; i--) {
                member(metadata, word() + i, chance(10) ? value(1) : string(word()));
            }
            member(json, "metadata", metadata.append('}').toString());
        }
        return json.append('}').toString();
    }

    private String value(final int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 10)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> "false";
            case 3 -> chance(6) ? oneOf(NUMBERS) : String.valueOf(random.nextInt(-1000, 1000));
            case 4, 5 -> string(word() + word() + word());
            case 6, 7 -> array(depth);
            default -> object(depth);
        };
    }

    private String array(final int depth) {
        final StringBuilder json = new StringBuilder("[").append(space());
        for (int i = random.nextInt(4); i > 0; i--) {
            json.append(value(depth - 1)).append(space()).append(i > 1 ? "," + space() : "");
        }
        return json.append(']').toString();
    }

    private String object(final int depth) {
        final StringBuilder json = new StringBuilder("{").append(space());
        for (int i = random.nextInt(4); i > 0; i--) {
            member(json, word() + i, value(depth - 1));
        }
        return json.append('}').toString();
    }

    private void member(final StringBuilder json, final String name, final String value) {
        final char last =
                json.toString()
                        .stripTrailing()
                        .charAt(json.toString().stripTrailing().length() - 1);
        json.append(last == '{' ? "" : ",").append(space()).append(string(name)).append(space());
        json.append(':').append(space()).append(value).append(space());
    }

    /** A JSON string, each of its characters in one of its spellings. */
    private String string(final String text) {
        final StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (chance(12) || c < ' ') {
                json.append(String.format(chance(2) ? "\\u%04x" : "\\u%04X", (int) c));
            } else if (c == '"' || c == '\\' || (c == '/' && chance(2))) {
                json.append('\\').append(c);
            } else {
                json.append(c);
            }
        }
        final String whole = json.append('"').toString();
        return chance(60) ? whole.replace("\\ud83d", "") : whole;
    }

    private String space() {
        return chance(4) ? oneOf(" ", "\n", "\t", "\r\n", "  ") : "";
    }

    private String word() {
        return oneOf(WORDS);
    }

    private String oneOf(final String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private boolean chance(final int of) {
        return random.nextInt(of) == 0;
    }
}
