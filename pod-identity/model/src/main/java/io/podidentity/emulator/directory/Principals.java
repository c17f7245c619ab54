// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applications and managed identities, by case-insensitive client ID; more can be registered at any time. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Principals {

    private final Map<String, ServicePrincipal> principals = new ConcurrentHashMap<>();

    public Principals(Collection<ServicePrincipal> principals) {
        principals.forEach(this::register);
    }

    /** Adds one, or replaces the one of that client ID. */
    public void register(ServicePrincipal principal) {
        principals.put(key(principal.clientId()), principal);
    }

    public Optional<ServicePrincipal> find(String clientId) {
        return Optional.ofNullable(principals.get(key(clientId)));
    }

    public List<ServicePrincipal> all() {
        return List.copyOf(principals.values());
    }

    private static String key(String clientId) {
        return clientId.toLowerCase(Locale.ROOT);
    }
}
