package dev.weft.server.agui;

/** What happens to events that come in an order that AG-UI does not allow. */
public enum OrderMode {
    /** They are refused. */
    STRICT,
    /** They are taken, and somebody is told. */
    WARN
}
