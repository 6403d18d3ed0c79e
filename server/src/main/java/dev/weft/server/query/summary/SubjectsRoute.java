package dev.weft.server.query.summary;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.protocol.event.TextRules;
import dev.weft.protocol.frame.BlockFlyweight;
import dev.weft.protocol.frame.RecordDescriptor;
import dev.weft.server.http.Exchange;
import dev.weft.server.http.QueryParameters;
import dev.weft.server.http.Route;
import dev.weft.server.index.EventIndex;
import dev.weft.server.index.EventReads;
import dev.weft.server.index.IndexField;
import dev.weft.server.index.TermPage;
import dev.weft.server.index.TermStats;
import dev.weft.server.query.Questions;
import dev.weft.server.stream.subscription.FilterParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Set;

/**
 * {@code GET /subjects}: what events are about, with the newest event of each. One object serves
 * all I/O loops.
 */
public final class SubjectsRoute implements Route {
    private static final Set<String> NAMES = Set.of("kind", "after", "limit");

    private final Questions questions;

    public SubjectsRoute(final Questions questions) {
        this.questions = questions;
    }

    @Override
    public void handle(final Exchange exchange) {
        final QueryParameters query = exchange.query();
        FilterParser.checkNames(query, NAMES);
        final String kind = query.one("kind");
        if (kind != null && !TextRules.isSubjectKind(kind)) {
            throw FilterParser.refused(
                    "kind",
                    "must be what stands before the slash of a subject, [a-z][a-z0-9_-]{0,31}");
        }
        final String after = query.one("after");
        if (after != null && !TextRules.isSubject(after)) {
            throw FilterParser.refused("after", "must be kind/id, the next_after of a page");
        }
        final TermsWish wish =
                new TermsWish(
                        kind == null ? "" : kind + '/',
                        after == null ? "" : after,
                        TermsAnswer.limit(query));
        questions.ask(exchange, (index, head, allocator) -> answer(wish, index, allocator));
    }

    private static ByteBuf answer(
            final TermsWish wish, final EventIndex index, final ByteBufAllocator allocator) {
        final TermPage page =
                index.terms(IndexField.SUBJECT, wish.prefix(), wish.after(), wish.limit());
        final EventReads reads = index.reads();
        final JsonAnswer json = new JsonAnswer();
        json.name("subjects").begin('[');
        for (final TermStats subject : page.terms()) {
            TermsAnswer.begin(json, "subject", subject);
            if (reads.at(subject.lastSequence())) {
                json.name("last_type").text(type(reads.block(), reads.index()));
                json.name("last_ts").number(reads.block().timestamp(reads.index()));
            }
            json.end('}');
        }
        return TermsAnswer.end(json, wish, page, index, allocator);
    }

    private static String type(final BlockFlyweight block, final int index) {
        final byte[] text = new byte[block.fieldLength(index, RecordDescriptor.TYPE_OFFSET)];
        block.buffer().getBytes(block.fieldOffset(index, RecordDescriptor.TYPE_OFFSET), text);
        return new String(text, US_ASCII);
    }
}
