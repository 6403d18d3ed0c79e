package dev.weft.protocol;

/**
 * Why a request was refused: {@code application/problem+json} (RFC 9457).
 *
 * @param status HTTP status.
 * @param detail one sentence for people that names the member and the rule. No tokens, no payloads.
 */
public record Problem(int status, String detail) {}
