// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tenants beside the emulator's own, and which applications and identities are at home there. One without a home is
 * the emulator's own, and all tenants have it installed. Names are compared case-insensitively. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Tenants {

    private volatile State state = new State(Map.of(), Map.of());

    /**
     * What there is at one time.
     *
     * @param names in lower case, and as they were given
     * @param homes by client ID, both in lower case
     */
    private record State(Map<String, String> names, Map<String, Set<String>> homes) {}

    public Tenants(Collection<String> names) {
        replace(names, Map.of());
    }

    /**
     * Replaces all that there is.
     *
     * @param homes by client ID
     */
    public synchronized void replace(Collection<String> names, Map<String, ? extends Collection<String>> homes) {
        state = new State(Map.of(), Map.of());
        names.forEach(this::add);
        for (var home : homes.entrySet()) {
            home.getValue().forEach(tenant -> addHome(home.getKey(), tenant));
        }
    }

    private void add(String tenant) {
        var names = new LinkedHashMap<>(state.names());
        names.putIfAbsent(key(tenant), tenant);
        state = new State(Map.copyOf(names), state.homes());
    }

    /**
     * Makes an application or identity at home in a tenant, which is then the only one that has it, beside its others.
     */
    public synchronized void addHome(String clientId, String tenant) {
        var homes = new LinkedHashMap<>(state.homes());
        var tenants = new LinkedHashSet<>(homes.getOrDefault(key(clientId), Set.of()));
        tenants.add(key(tenant));
        homes.put(key(clientId), Set.copyOf(tenants));
        state = new State(state.names(), Map.copyOf(homes));
    }

    /** Adds a tenant, unless it is there. */
    public synchronized void provide(String tenant) {
        add(tenant);
    }

    /** The tenant of that name, as it was given. */
    public Optional<String> find(String tenant) {
        return Optional.ofNullable(state.names().get(key(tenant)));
    }

    /** Whether that tenant is a home of its. */
    public boolean isHome(String clientId, String tenant) {
        return state.homes().getOrDefault(key(clientId), Set.of()).contains(key(tenant));
    }

    /** Whether it is at home in tenants that were named. */
    public boolean hasHome(String clientId) {
        return state.homes().containsKey(key(clientId));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
