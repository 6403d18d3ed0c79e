package dev.weft.server.aggregate;

import dev.weft.protocol.Limits;
import dev.weft.protocol.Problem;
import dev.weft.protocol.event.TextRules;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.ProblemException;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.subscription.FilterParser;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code GET /events/agents/{id}} and its like. One object serves all I/O loops. */
final class AggregateRoute implements Route {
    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
    private static final Set<String> NAMES = Set.of("limit");

    private final Questions questions;
    private final String kind;
    private final String variable;

    /**
     * Makes the route.
     *
     * @param kind of the subjects, such as {@code agent}.
     * @param variable name of the id in the path.
     */
    AggregateRoute(final Questions questions, final String kind, final String variable) {
        this.questions = questions;
        this.kind = kind;
        this.variable = variable;
    }

    /** {@code GET /events/workflows/{workflow_id}/agents}. */
    static Route agentsOf(final Questions questions) {
        return exchange -> {
            FilterParser.checkNames(exchange.query(), Set.of());
            final String workflow = exchange.pathVariable("workflow_id");
            if (workflow.isEmpty()
                    || workflow.codePointCount(0, workflow.length()) > Limits.ID_CHARACTERS_MAX) {
                throw refused("workflow_id: must have 1 to 128 characters");
            }
            questions.ask(exchange, new WorkflowAgentsQuestion(workflow));
        };
    }

    @Override
    public void handle(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        FilterParser.checkNames(query, NAMES);
        final String id = exchange.pathVariable(variable);
        if (!TextRules.isSubjectId(id)) {
            throw refused(variable + ": must be 1 to 200 of [A-Za-z0-9._:@-]");
        }
        questions.ask(exchange, new AggregateQuestion(kind + '/' + id, limit(query)));
    }

    private static int limit(final QueryParameters query) {
        final String text = query.one("limit");
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        final int limit = DIGITS.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > LIMIT_MAX) {
            throw refused("limit: must be a whole number from 1 to " + LIMIT_MAX);
        }
        return limit;
    }

    private static ProblemException refused(final String detail) {
        return new ProblemException(new Problem(400, detail));
    }
}
