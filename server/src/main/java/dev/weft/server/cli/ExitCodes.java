package dev.weft.server.cli;

/** What commands that speak with a server end with when it was not as wanted. */
public final class ExitCodes {
    /** The server refused it, or some of it. */
    public static final int REFUSED = 1;

    /** No answer in time. */
    public static final int UNREACHABLE = 3;

    private ExitCodes() {}
}
