package dev.weft.server.roll;

import dev.weft.protocol.frame.Framing;
import dev.weft.protocol.json.JsonText;
import dev.weft.server.stream.facts.SubscriberFacts;
import java.util.Locale;

/** One subscriber as JSON; docs/PROTOCOL.md, "Subscribers". */
final class FactsJson {
    private FactsJson() {}

    static StringBuilder append(final StringBuilder json, final SubscriberFacts facts) {
        json.append("{\"id\":\"").append(facts.id()).append('"');
        text(json, "state", facts.state().name());
        json.append(",\"cursor\":").append(facts.cursor());
        json.append(",\"lag_events\":").append(facts.lagEvents());
        if (facts.lagUs() >= 0) {
            json.append(",\"lag_us\":").append(facts.lagUs());
        }
        json.append(",\"policy\":\"").append(facts.policy()).append('"');
        filter(json, facts);
        final Framing framing = facts.framing();
        text(json, "framing", transport(framing).name());
        if (framing.hasEventLines()) {
            json.append(",\"event_names\":true");
        }
        if (framing.isPayload()) {
            json.append(",\"data\":\"payload\"");
        }
        final String remote = facts.remote();
        if (remote != null) {
            JsonText.quote(json.append(",\"remote\":"), remote);
        }
        json.append(",\"since\":").append(facts.since());
        json.append(",\"pending_bytes\":").append(facts.pendingBytes());
        if (facts.stallAt() > 0) {
            json.append(",\"last_stall\":{\"ts\":").append(facts.stallAt());
            if (facts.stallLengthUs() >= 0) {
                json.append(",\"duration_us\":").append(facts.stallLengthUs());
            }
            json.append('}');
        }
        json.append(",\"last_catch_up\":{\"ts\":").append(facts.caughtUpAt());
        text(json, "reason", facts.caughtUpFor().name());
        return json.append("}}");
    }

    /** The terms are written as they stand in frames: escaped. */
    private static void filter(final StringBuilder json, final SubscriberFacts facts) {
        json.append(",\"filter\":{");
        final int begin = json.length();
        facts.filter()
                .forEach(
                        (field, terms) -> {
                            json.append(json.length() == begin ? "\"" : ",\"")
                                    .append(field.parameter())
                                    .append("\":[");
                            for (int i = 0; i < terms.size(); i++) {
                                json.append(i == 0 ? "\"" : ",\"").append(terms.get(i)).append('"');
                            }
                            json.append(']');
                        });
        json.append('}');
    }

    private static Framing transport(final Framing framing) {
        return framing.isSse()
                ? Framing.SSE
                : framing.isWebSocket() ? Framing.WEBSOCKET : Framing.NDJSON;
    }

    private static void text(final StringBuilder json, final String name, final String constant) {
        json.append(",\"")
                .append(name)
                .append("\":\"")
                .append(constant.toLowerCase(Locale.ROOT))
                .append('"');
    }
}
