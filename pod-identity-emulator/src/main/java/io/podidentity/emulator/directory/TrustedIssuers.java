package io.podidentity.emulator.directory;

import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that other token issuers publish. Entra fetches them; here they are handed over, since the emulator asks
 * nobody: an issuer without one is one that Entra cannot reach. Thread-safe.
 */
public final class TrustedIssuers {

    private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();

    /** The key of an issuer, whose name is compared letter by letter. */
    public void publish(String issuer, PublicKey key) {
        keys.put(issuer, key);
    }

    public Optional<PublicKey> keyOf(String issuer) {
        return Optional.ofNullable(keys.get(issuer));
    }
}
