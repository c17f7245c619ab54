// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.HashMap;
import java.util.Map;

/** RSA keys that are worth nothing; each is made once, since that is slow. */
final class TestKeys {

    private static final Map<String, RSAKey> KEYS = new HashMap<>();

    private TestKeys() {}

    static synchronized RSAKey rsa(String name) {
        return KEYS.computeIfAbsent(name, unused -> {
            try {
                return new RSAKeyGenerator(2048).generate();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
