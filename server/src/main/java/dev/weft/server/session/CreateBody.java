package dev.weft.server.session;

import dev.weft.protocol.Problem;
import dev.weft.server.http.ProblemException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a session is to be created with.
 *
 * @param id the caller's, or a new one.
 * @param wish data of the event that creates it: {@code task}, {@code driver} and what else was
 *     given, in snake case.
 */
record CreateBody(String id, ObjectNode wish) {
    private static final int NAME_LENGTH_MAX = 200;
    private static final int URL_LENGTH_MAX = 2_048;
    private static final int REPOS_MAX = 100;
    private static final int VARIABLES_MAX = 1_000;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final JsonMapper JSON = StrictJson.MAPPER;

    /** Members, and what they are called in the event. */
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("id", "id"),
                    Map.entry("task", "task"),
                    Map.entry("display_name", "display_name"),
                    Map.entry("model", "model"),
                    Map.entry("driver", "driver"),
                    Map.entry("repos", "repos"),
                    Map.entry("activeWorkflow", "active_workflow"),
                    Map.entry("active_workflow", "active_workflow"),
                    Map.entry("environmentVariables", "environment_variables"),
                    Map.entry("environment_variables", "environment_variables"));

    private static final Set<String> REPO = Set.of("url", "branch");
    private static final Set<String> WORKFLOW = Set.of("gitUrl", "git_url", "branch", "path");

    /**
     * Reads a body.
     *
     * @throws ProblemException 400 that names the member and the rule.
     */
    static CreateBody read(final byte[] body, final DriverNames drivers) {
        final ObjectNode given = StrictJson.object(body);
        final ObjectNode wish = JSON.createObjectNode();
        for (final Map.Entry<String, JsonNode> member : given.properties()) {
            final String name = NAMES.get(member.getKey());
            if (name == null) {
                throw refused(member.getKey(), "is no member of this request");
            }
            if (!member.getValue().isNull()) {
                if (wish.has(name)) {
                    throw refused(member.getKey(), "is given twice");
                }
                wish.set(name, member.getValue());
            }
        }
        check(wish);
        final JsonNode id = wish.remove("id");
        final JsonNode driver = wish.get("driver");
        if (driver == null) {
            wish.put("driver", drivers.otherwise());
        } else if (!drivers.isKnown(driver.stringValue())) {
            throw refused("driver", "must be one of: " + String.join(", ", drivers.all()));
        }
        return new CreateBody(id == null ? UUID.randomUUID().toString() : id.stringValue(), wish);
    }

    private static void check(final ObjectNode wish) {
        if (!wish.has("task")) {
            throw refused("task", "is required");
        }
        text(wish, "task", "task", Integer.MAX_VALUE);
        text(wish, "display_name", "display_name", NAME_LENGTH_MAX);
        text(wish, "model", "model", NAME_LENGTH_MAX);
        text(wish, "driver", "driver", NAME_LENGTH_MAX);
        text(wish, "id", "id", NAME_LENGTH_MAX);
        final JsonNode id = wish.get("id");
        if (id != null) {
            final SessionId checked = SessionId.ofBody(id.stringValue());
            wish.put("id", checked.text());
        }
        repos(wish.get("repos"));
        final JsonNode workflow = wish.get("active_workflow");
        if (workflow != null) {
            wish.set("active_workflow", workflow(workflow));
        }
        variables(wish.get("environment_variables"));
    }

    private static void repos(final @Nullable JsonNode repos) {
        if (repos == null) {
            return;
        }
        if (!repos.isArray() || repos.size() > REPOS_MAX) {
            throw refused("repos", "must be an array of at most " + REPOS_MAX);
        }
        int index = 0;
        for (final JsonNode repo : repos) {
            final String name = "repos[" + index++ + "]";
            final ObjectNode object = object(repo, name, REPO);
            if (!object.has("url")) {
                throw refused(name + ".url", "is required");
            }
            text(object, "url", name + ".url", URL_LENGTH_MAX);
            text(object, "branch", name + ".branch", URL_LENGTH_MAX);
        }
    }

    private static ObjectNode workflow(final JsonNode given) {
        final ObjectNode workflow = object(given, "activeWorkflow", WORKFLOW).deepCopy();
        final JsonNode camel = workflow.remove("gitUrl");
        if (camel != null) {
            workflow.set("git_url", camel);
        }
        if (!workflow.has("git_url")) {
            throw refused("activeWorkflow.gitUrl", "is required");
        }
        text(workflow, "git_url", "activeWorkflow.gitUrl", URL_LENGTH_MAX);
        text(workflow, "branch", "activeWorkflow.branch", URL_LENGTH_MAX);
        text(workflow, "path", "activeWorkflow.path", URL_LENGTH_MAX);
        return workflow;
    }

    private static void variables(final @Nullable JsonNode variables) {
        if (variables == null) {
            return;
        }
        if (!variables.isObject() || variables.size() > VARIABLES_MAX) {
            throw refused("environmentVariables", "must be an object of at most " + VARIABLES_MAX);
        }
        for (final Map.Entry<String, JsonNode> variable : variables.properties()) {
            if (!VARIABLE.matcher(variable.getKey()).matches() || !variable.getValue().isString()) {
                throw refused(
                        "environmentVariables",
                        "must have names " + VARIABLE.pattern() + " and strings as values");
            }
        }
    }

    private static ObjectNode object(
            final JsonNode node, final String name, final Set<String> members) {
        if (!(node instanceof ObjectNode object)) {
            throw refused(name, "must be an object");
        }
        for (final String member : object.propertyNames()) {
            if (!members.contains(member)) {
                throw refused(name + '.' + member, "is no member of this request");
            }
        }
        return object;
    }

    /** Checks a member if it is there. */
    private static void text(
            final ObjectNode from, final String member, final String name, final int lengthMax) {
        final JsonNode value = from.get(member);
        if (value == null) {
            return;
        }
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw refused(name, "must be a string that is not empty");
        }
        if (value.stringValue().length() > lengthMax) {
            throw refused(name, "must have at most " + lengthMax + " characters");
        }
    }

    private static ProblemException refused(final String member, final String rule) {
        final String shown =
                member.length() > NAME_LENGTH_MAX ? member.substring(0, NAME_LENGTH_MAX) : member;
        return new ProblemException(new Problem(400, shown + ": " + rule));
    }
}
