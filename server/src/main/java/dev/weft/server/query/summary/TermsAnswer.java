package dev.weft.server.query.summary;

import dev.weft.server.http.QueryParameters;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.query.Numbers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What pages of texts have in common, whichever field they are of. Stateless. */
final class TermsAnswer {
    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;

    private TermsAnswer() {}

    /** How many texts are wanted. */
    static int limit(final QueryParameters query) {
        return (int) Numbers.of(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
    }

    /** Begins the object of one text. */
    static void begin(final JsonAnswer json, final String name, final TermStats term) {
        json.begin('{').name(name).text(term.text());
        json.name("count").number(term.count());
        json.name("first_seq").number(term.firstSequence());
        json.name("last_seq").number(term.lastSequence());
    }

    /** Ends the list and the answer. */
    static ByteBuf end(
            final JsonAnswer json,
            final TermsWish wish,
            final TermPage page,
            final EventIndex index,
            final ByteBufAllocator allocator) {
        json.end(']').name("limit").number(wish.limit());
        json.name("head").number(index.indexedSequence()); // all up to it is counted
        json.name("oldest").number(index.oldestSequence());
        json.name("next_after")
                .text(page.isLast() ? null : page.terms().get(page.terms().size() - 1).text());
        return json.take(allocator);
    }
}
