package dev.weft.server.http;

import io.netty.util.AsciiString;

/** Content types as they stand in an answer, ready to be copied. */
public final class MediaTypes {
    public static final AsciiString JSON = AsciiString.cached("application/json");
    public static final AsciiString PROBLEM_JSON = AsciiString.cached("application/problem+json");
    public static final AsciiString HTML = AsciiString.cached("text/html; charset=utf-8");
    public static final AsciiString CSS = AsciiString.cached("text/css; charset=utf-8");
    public static final AsciiString JAVASCRIPT =
            AsciiString.cached("text/javascript; charset=utf-8");
    public static final AsciiString PNG = AsciiString.cached("image/png");

    private MediaTypes() {}
}
