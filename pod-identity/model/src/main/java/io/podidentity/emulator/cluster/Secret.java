// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A secret. Its text shows the keys alone.
 *
 * @since 0.1.0
 */
public final class Secret implements KubernetesObject {

    private final Metadata metadata;
    private final Map<String, byte[]> data;

    /** @param data decoded values in the order of the manifest; the arrays are not copied */
    public Secret(Metadata metadata, Map<String, byte[]> data) {
        this.metadata = metadata;
        this.data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    /** In the order of the manifest. */
    public List<String> keys() {
        return List.copyOf(data.keySet());
    }

    /** A copy of the value. */
    public Optional<byte[]> value(String key) {
        return Optional.ofNullable(data.get(key)).map(byte[]::clone);
    }

    /** The value as text; empty if there is none. */
    public String text(String key) {
        return new String(data.getOrDefault(key, new byte[0]), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Secret[" + name() + ", keys=" + data.keySet() + "]";
    }
}
