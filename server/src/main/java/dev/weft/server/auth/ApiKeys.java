package dev.weft.server.auth;

import dev.weft.protocol.Problem;
import dev.weft.server.http.RequestGuard;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * API keys in {@code X-API-Key} or {@code Authorization: Bearer}. Kept and compared as salted
 * SHA-256, each against all of them and to the last byte, so the time of a refusal tells nothing
 * about a key. Immutable.
 */
public final class ApiKeys implements RequestGuard {
    private static final AsciiString X_API_KEY = AsciiString.cached("x-api-key");
    private static final String BEARER = "Bearer ";
    private static final Problem MISSING = new Problem(401, "Missing API key");
    private static final Problem INVALID = new Problem(401, "Invalid API key");
    private static final int SALT_LENGTH = 16;
    private static final FastThreadLocal<MessageDigest> SHA_256 =
            new FastThreadLocal<>() {
                @Override
                protected MessageDigest initialValue() {
                    return newDigest();
                }
            };

    private final byte[] salt = new byte[SALT_LENGTH];
    private final byte[][] hashes;

    private ApiKeys(final List<String> keys) {
        new SecureRandom().nextBytes(salt);
        hashes = keys.stream().map(this::hash).toArray(byte[][]::new);
    }

    /** A guard for these keys; without any, everything passes. */
    public static RequestGuard guard(final List<String> keys) {
        return keys.isEmpty() ? RequestGuard.OPEN : new ApiKeys(keys);
    }

    @Override
    public @Nullable Problem check(final HttpHeaders headers) {
        final String key = headers.get(X_API_KEY);
        final String bearer = bearer(headers.get(HttpHeaderNames.AUTHORIZATION));
        if (key == null && bearer == null) {
            return MISSING;
        }
        final boolean isKeyKnown = key == null || isKnown(key);
        final boolean isBearerKnown = bearer == null || isKnown(bearer);
        final boolean isSame = key == null || bearer == null || key.equals(bearer);
        return isKeyKnown && isBearerKnown && isSame ? null : INVALID;
    }

    private static @Nullable String bearer(final @Nullable String authorization) {
        if (authorization == null
                || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return null;
        }
        return authorization.substring(BEARER.length()).trim();
    }

    private boolean isKnown(final String key) {
        final byte[] hash = hash(key);
        boolean isKnown = false;
        for (final byte[] each : hashes) {
            isKnown |= MessageDigest.isEqual(each, hash); // no early end
        }
        return isKnown;
    }

    private byte[] hash(final String key) {
        final MessageDigest digest = SHA_256.get();
        digest.update(salt);
        return digest.digest(key.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java platform has SHA-256", ex);
        }
    }
}
