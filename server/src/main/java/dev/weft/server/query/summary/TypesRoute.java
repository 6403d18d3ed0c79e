package dev.weft.server.query.summary;

import dev.weft.protocol.event.TextRules;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Set;

/** {@code GET /events/types}: which types there are. One object serves all I/O loops. */
public final class TypesRoute implements Route {
    private static final Set<String> NAMES = Set.of("prefix", "after", "limit");

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
                        type(query, "prefix"), type(query, "after"), TermsAnswer.limit(query));
        questions.ask(exchange, (index, head, allocator) -> answer(wish, index, allocator));
    }

    private static String type(final QueryParameters query, final String name) {
        final String text = query.one(name);
        if (text != null && !TextRules.isType(text)) {
            throw FilterParser.refused(name, "must be a type or the beginning of one");
        }
        return text == null ? "" : text;
    }

    private static ByteBuf answer(
            final TermsWish wish, final EventIndex index, final ByteBufAllocator allocator) {
        final TermPage page =
                index.terms(IndexField.TYPE, wish.prefix(), wish.after(), wish.limit());
        final JsonAnswer json = new JsonAnswer();
        json.name("types").begin('[');
        for (final TermStats type : page.terms()) {
            TermsAnswer.begin(json, "type", type);
            json.end('}');
        }
        return TermsAnswer.end(json, wish, page, index, allocator);
    }
}
