package dev.weft.server.stream;

import dev.weft.server.stream.facts.Transition;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a WebSocket client may say: ping, pong, close. A stream takes no messages, so text and
 * binary end it with 1003 (text that is no UTF-8 with 1007), and what breaks the protocol with the
 * status that Netty's decoder finds. Thread: the I/O loop.
 */
final class WebSocketInbound extends SimpleChannelInboundHandler<WebSocketFrame> {
    /** Longest frame that is looked at; longer ones end the connection with 1009. */
    static final int FRAME_LENGTH_MAX = 4 * 1024;

    private static final WebSocketDecoderConfig CONFIG =
            WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(true)
                    .allowMaskMismatch(false)
                    .allowExtensions(false)
                    .maxFramePayloadLength(FRAME_LENGTH_MAX)
                    .closeOnProtocolViolation(
                            false) // it would write frame objects, for which there is no encoder
                    .withUTF8Validator(
                            false) // done here, once a message is complete enough to be refused
                    .build();

    private final Subscriber subscriber;

    private WebSocketInbound(final Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    /** Puts decoder and handler first, so that the HTTP side sees nothing of it. */
    static void install(final Channel channel, final Subscriber subscriber) {
        channel.pipeline()
                .addFirst(new WebSocket13FrameDecoder(CONFIG), new WebSocketInbound(subscriber));
    }

    @Override
    protected void channelRead0(final ChannelHandlerContext context, final WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            subscriber.sendControl(WebSocketFrames.pong(frame.content()));
        } else if (frame instanceof CloseWebSocketFrame close) {
            final int status = close.statusCode();
            subscriber.close(
                    Transition.WEBSOCKET_CLOSED,
                    status < 0 ? WebSocketFrames.close() : WebSocketFrames.close(status));
        } else if (!(frame instanceof PongWebSocketFrame)) {
            subscriber.close(
                    Transition.WEBSOCKET_CLOSED,
                    WebSocketFrames.close(
                            frame instanceof TextWebSocketFrame && !isText(frame)
                                    ? WebSocketFrames.INVALID_TEXT
                                    : WebSocketFrames.UNSUPPORTED_DATA));
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            subscriber.close(
                    Transition.WEBSOCKET_CLOSED,
                    WebSocketFrames.close(corrupted.closeStatus().code()));
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private static boolean isText(final WebSocketFrame frame) {
        try {
            final ByteBuffer bytes = frame.content().nioBuffer();
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (final CharacterCodingException ex) {
            return false;
        }
    }
}
