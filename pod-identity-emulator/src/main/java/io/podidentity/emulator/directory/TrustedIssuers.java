package io.podidentity.emulator.directory;

import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that other token issuers publish. Entra fetches them; here they are supplied, since the emulator sends no
 * requests outside: an issuer without a key is one that Entra cannot reach. Thread-safe.
 */
public final class TrustedIssuers {

    private final Map<String, List<? extends PublicKey>> keys = new ConcurrentHashMap<>();

    /** All keys that an issuer has now; its name must match exactly. */
    public void publish(String issuer, List<? extends PublicKey> present) {
        keys.put(issuer, List.copyOf(present));
    }

    /** None if nothing was published. */
    public List<? extends PublicKey> keysOf(String issuer) {
        return keys.getOrDefault(issuer, List.of());
    }
}
