package io.podidentity.emulator.directory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A password of an application. Its text does not show it. */
public record RegisteredSecret(String value, boolean expired) {

    boolean matches(String presented) {
        return MessageDigest.isEqual(
                value.getBytes(StandardCharsets.UTF_8), presented.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "RegisteredSecret[expired=" + expired + "]";
    }
}
