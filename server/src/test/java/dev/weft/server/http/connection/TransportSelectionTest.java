package dev.weft.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransportSelectionTest {
    private static final List<Transport> ORDER =
            List.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);

    @Test
    void shouldTakeTheFirstThatWorksAndTellWhatIsWrongWithThoseBefore() {
        final Map<Transport, String> reasons =
                Map.of(Transport.IO_URING, "forbidden", Transport.EPOLL, "no library");
        assertThat(TransportSelection.best(ORDER, transport -> null))
                .isEqualTo(new TransportSelection(Transport.IO_URING, List.of()));
        assertThat(TransportSelection.best(ORDER, reasons::get))
                .isEqualTo(
                        new TransportSelection(
                                Transport.NIO,
                                List.of(
                                        "io_uring is not available: forbidden",
                                        "epoll is not available: no library")));
    }

    @Test
    void shouldAlwaysFindOne() {
        final TransportSelection best = TransportSelection.best();
        assertThat(best.transport().unavailability()).isNull();
        assertThat(Transport.NIO.unavailability()).isNull();
    }

    @Test
    void shouldRefuseOneThatDoesNotWorkWithTheReason() {
        assertThat(TransportSelection.forced(Transport.EPOLL, transport -> null).transport())
                .isEqualTo(Transport.EPOLL);
        assertThatThrownBy(
                        () -> TransportSelection.forced(Transport.IO_URING, transport -> "because"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the transport io_uring is not available: because");
    }
}
