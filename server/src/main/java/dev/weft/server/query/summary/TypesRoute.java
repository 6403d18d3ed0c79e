package dev.weft.server.query.summary;

import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.query.Numbers;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code GET /events/types}: which types there are. One object serves all I/O loops. */
public final class TypesRoute implements Route {
    private static final Set<String> NAMES = Set.of("prefix", "after", "limit");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z][A-Za-z0-9._:/-]{0,127}");

    private final Questions questions;

    public TypesRoute(final Questions questions) {
        this.questions = questions;
    }

    @Override
    public void handle(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        FilterParser.checkNames(query, NAMES);
        final TermsWish wish =
                new TermsWish(
                        type(query, "prefix"),
                        type(query, "after"),
                        (int)
                                Numbers.of(
                                        query,
                                        "limit",
                                        TermsWish.LIMIT_DEFAULT,
                                        1,
                                        TermsWish.LIMIT_MAX));
        questions.ask(exchange, (index, head, allocator) -> answer(wish, index, head, allocator));
    }

    private static String type(final QueryParameters query, final String name) {
        final String text = query.one(name);
        if (text != null && !TYPE.matcher(text).matches()) {
            throw FilterParser.refused(name, "must be a type or the beginning of one");
        }
        return text == null ? "" : text;
    }

    private static ByteBuf answer(
            final TermsWish wish,
            final EventIndex index,
            final long head,
            final ByteBufAllocator allocator) {
        final TermPage page =
                index.terms(IndexField.TYPE, wish.prefix(), wish.after(), wish.limit());
        final JsonAnswer json = new JsonAnswer();
        json.name("types").begin('[');
        for (final TermStats type : page.terms()) {
            json.begin('{').name("type").text(type.text());
            json.name("count").number(type.count());
            json.name("first_seq").number(type.firstSequence());
            json.name("last_seq").number(type.lastSequence()).end('}');
        }
        json.end(']').name("limit").number(wish.limit());
        json.name("head").number(head);
        json.name("oldest").number(index.oldestSequence());
        json.name("next_after")
                .text(page.isLast() ? null : page.terms().get(page.terms().size() - 1).text());
        return json.take(allocator);
    }
}
