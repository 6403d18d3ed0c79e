package dev.weft.server.fanout;

import java.util.SplittableRandom;

/** Events that are hard on a line format, as a publisher would send them. */
public final class AnyEvent {
    private static final String[] PIECES = {
        "",
        " ",
        "x",
        "a b",
        "\\n",
        "\\r\\n",
        "\\r",
        "\\u0000",
        "\\u0085",
        "\\ufeff",
        "\u2028",
        "\u2029",
        "\u0085",
        "\ufeff",
        "é",
        "漢字",
        "\uD83D\uDE00",
        "data: y",
        "\\n\\ndata: z",
        "id: 9",
        "event: q",
        ":",
        "\\\"",
        "\\\\",
        "\\/",
        "\\t",
        "retry: 1",
        "\u007f",
        "}",
        "]"
    };
    private static final String[] TYPES = {
        "hello", "step.started", "step.finished", "a", "A.b_c:d/e-f"
    };
    private static final String[] CATEGORIES = {"system", "job", "telemetry", "agent"};
    private static final String[] SUBJECTS = {"job/7f3a", "job/other", "host/web-1", "session/abc"};

    private AnyEvent() {}

    /** JSON of one event. */
    public static String json(final SplittableRandom random) {
        final StringBuilder json =
                new StringBuilder("{\"type\":\"").append(pick(random, TYPES)).append('"');
        if (random.nextInt(3) > 0) {
            json.append(",\"category\":\"").append(pick(random, CATEGORIES)).append('"');
        }
        if (random.nextInt(3) > 0) {
            json.append(",\"subject\":\"").append(pick(random, SUBJECTS)).append('"');
        }
        if (random.nextInt(4) == 0) {
            json.append(",\"run_id\":\"run-").append(random.nextInt(3)).append('"');
        }
        if (random.nextInt(4) == 0) {
            json.append(",\"correlation_id\":\"c \\\"").append(random.nextInt(3)).append("\\\\\"");
        }
        if (random.nextInt(3) == 0) {
            json.append(",\"message\":\"").append(text(random, 4)).append('"');
        }
        switch (random.nextInt(6)) {
            case 0 -> {}
            case 1 -> json.append(",\"data\":\"\"");
            case 2 -> json.append(",\"data\":null");
            case 3 -> json.append(",\"data\":[ 1 , 2.5e3 ,{}\n]");
            case 4 -> json.append(",\"data\":\"").append(text(random, 300)).append('"');
            default -> json.append(",\"data\":{\"k\":\"").append(text(random, 6)).append("\"}");
        }
        return json.append('}').toString();
    }

    private static String text(final SplittableRandom random, final int piecesMax) {
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(piecesMax + 1); i > 0; i--) {
            text.append(pick(random, PIECES));
        }
        return text.toString();
    }

    private static String pick(final SplittableRandom random, final String[] from) {
        return from[random.nextInt(from.length)];
    }
}
