package dev.weft.server.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedFiltersTest {
    private final SharedFilters shared = new SharedFilters();

    private static Filter filter(final String type) {
        return Filter.of(Map.of(Filter.Field.TYPE, Set.of(Term.exact(type))));
    }

    @Test
    void shouldBeOneObjectAsLongAsAnybodyHasIt() {
        final Filter first = filter("a");
        assertThat(shared.take(first)).isSameAs(first);
        assertThat(shared.take(filter("a"))).isSameAs(first);
        assertThat(shared.take(filter("b"))).isNotEqualTo(first);
        assertThat(shared.size()).isEqualTo(2);
        shared.giveBack(filter("a"));
        assertThat(shared.take(filter("a"))).isSameAs(first);
        shared.giveBack(first);
        shared.giveBack(first);
        shared.giveBack(filter("b"));
        assertThat(shared.size()).as("nothing is kept for nobody").isZero();
        assertThatThrownBy(() -> shared.giveBack(first)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSayWhatAFilterWantsBesidesOneField() {
        final Filter subject = Filter.of(Map.of(Filter.Field.SUBJECT, Set.of(Term.exact("s/1"))));
        final Filter both =
                Filter.of(
                        Map.of(
                                Filter.Field.TYPE,
                                Set.of(Term.exact("a")),
                                Filter.Field.SUBJECT,
                                Set.of(Term.exact("s/1"))));
        assertThat(both.without(0)).isEqualTo(subject);
        assertThat(both.without(1)).isEqualTo(filter("a"));
        assertThat(subject.without(0)).isSameAs(Filter.ALL);
    }
}
