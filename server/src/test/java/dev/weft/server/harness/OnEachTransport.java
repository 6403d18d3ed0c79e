package dev.weft.server.harness;

import dev.weft.server.http.connection.Transport;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the whole class once for each transport, which its constructor takes and gives to {@link
 * Transports#assumed}: those that do not work here are shown as skipped, with the reason.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@EnumSource(Transport.class)
public @interface OnEachTransport {}
