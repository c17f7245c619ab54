// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Keys that change while they are used: of each tenant one signs, and those before it stay published. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RotatingKeys implements SigningKeys {

    /** As many as are published of a tenant. */
    private static final int PUBLISHED = 3;

    private final List<SigningKeys> generations = new CopyOnWriteArrayList<>();

    /** New keys, each made when its tenant first needs it. */
    private static final class Generation implements SigningKeys {

        private final Map<String, SigningKey> keys = new ConcurrentHashMap<>();

        @Override
        public SigningKey of(String tenantId) {
            return keys.computeIfAbsent(tenantId.toLowerCase(Locale.ROOT), tenant -> SigningKey.create());
        }
    }

    public RotatingKeys(SigningKeys first) {
        generations.add(first);
    }

    @Override
    public SigningKey of(String tenantId) {
        return generations.get(0).of(tenantId);
    }

    @Override
    public List<SigningKey> published(String tenantId) {
        return generations.stream().map(keys -> keys.of(tenantId)).toList();
    }

    /** Signs with new keys from now on. The two keys before stay published, and what they signed stays valid. */
    public synchronized void rotate() {
        generations.add(0, new Generation());
        while (generations.size() > PUBLISHED) {
            generations.remove(PUBLISHED);
        }
    }
}
