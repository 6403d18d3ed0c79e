package dev.weft.server.ops;

import org.jspecify.annotations.Nullable;

/** Which version this is, from the manifest of its archive. */
public final class Version {
    private Version() {}

    /** Such as {@code 0.1.0}; {@code development} when it runs from class files. */
    public static String text() {
        final @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
