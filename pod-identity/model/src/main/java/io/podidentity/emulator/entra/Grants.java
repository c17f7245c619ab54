// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.RegisteredSecret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers what a client can fetch by a secret word: the last 1,000 things. Thread-safe. */
final class Grants<T> {

    private static final int MOST = 1_000;

    private final Map<String, T> granted = new LinkedHashMap<>();

    /** Returns the word, which is new. */
    synchronized String add(T thing) {
        if (granted.size() == MOST) {
            granted.remove(granted.keySet().iterator().next());
        }
        String word = RegisteredSecret.newValue();
        granted.put(word, thing);
        return word;
    }

    synchronized Optional<T> find(String word) {
        return Optional.ofNullable(granted.get(word));
    }

    synchronized Optional<T> remove(String word) {
        return Optional.ofNullable(granted.remove(word));
    }
}
