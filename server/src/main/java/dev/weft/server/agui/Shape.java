package dev.weft.server.agui;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An object with some members; it may have others, which are not looked at. Immutable. */
final class Shape implements Rule {
    private final Member[] members;

    private Shape(final Member[] members) {
        this.members = members;
    }

    static Shape of(final Member... members) {
        return new Shape(members);
    }

    /** The same with more members. */
    Shape and(final Member... more) {
        return new Shape(
                Stream.concat(Arrays.stream(members), Arrays.stream(more)).toArray(Member[]::new));
    }

    /** Objects of several shapes; a member's text says which. */
    static Rule byMember(final String member, final Map<String, Shape> shapes) {
        final String rest =
                "."
                        + member
                        + ": must be one of "
                        + String.join(", ", new TreeSet<>(shapes.keySet()));
        return value -> {
            if (!value.isObject()) {
                return ": must be an object";
            }
            final JsonNode which = value.get(member);
            if (which == null) {
                return "." + member + ": is required";
            }
            final Shape shape = which.isString() ? shapes.get(which.stringValue()) : null;
            return shape == null ? rest : shape.broken(value);
        };
    }

    @Override
    public @Nullable String broken(final JsonNode value) {
        if (!value.isObject()) {
            return ": must be an object";
        }
        for (final Member member : members) {
            final String broken = broken(member, value.get(member.name()));
            if (broken != null) {
                return "." + member.name() + broken;
            }
        }
        return null;
    }

    private static @Nullable String broken(final Member member, final @Nullable JsonNode value) {
        if (value == null) {
            return member.isRequired() ? ": is required" : null;
        }
        if (value.isNull() && !member.isRequired()) {
            return member.isNullable() ? null : ": may be left out, but must not be null";
        }
        return member.rule().broken(value);
    }

    Member[] members() {
        return members.clone();
    }
}
