package io.podidentity.emulator.directory;

import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that other token issuers publish. Entra fetches them; here they are supplied, since the emulator sends no
 * requests outside: an issuer without a key is one that Entra cannot reach. Thread-safe.
 */
public final class TrustedIssuers {

    private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();

    /** The key of an issuer, whose name must match exactly. */
    public void publish(String issuer, PublicKey key) {
        keys.put(issuer, key);
    }

    public Optional<PublicKey> keyOf(String issuer) {
        return Optional.ofNullable(keys.get(issuer));
    }
}
