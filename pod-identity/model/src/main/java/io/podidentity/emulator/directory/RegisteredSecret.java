// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * A password of an application. Its text does not show it.
 *
 * @since 0.1.0
 */
public record RegisteredSecret(String value, boolean expired) {

    public static String newValue() {
        byte[] bytes = new byte[30];
        new SecureRandom().nextBytes(bytes);
        return Base64URL.encode(bytes).toString();
    }

    boolean matches(String presented) {
        return MessageDigest.isEqual(
                value.getBytes(StandardCharsets.UTF_8), presented.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "RegisteredSecret[expired=" + expired + "]";
    }
}
