// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import java.util.ArrayList;
import java.util.List;

/**
 * A resource that is about to be created: what Azure makes of the request, and what comes into being with it.
 * Immutable.
 *
 * @param effects what to do when the creation succeeds; nothing of it is done when it fails
 */
record Creation(Document body, List<Runnable> effects) {

    Creation {
        effects = List.copyOf(effects);
    }

    /** The creation of a resource with which nothing else comes into being. */
    static Creation of(Document body) {
        return new Creation(body, List.of());
    }

    /** The same creation with one more effect, after the others. */
    Creation withEffect(Runnable effect) {
        var more = new ArrayList<>(effects);
        more.add(effect);
        return new Creation(body, more);
    }

    void applyEffects() {
        effects.forEach(Runnable::run);
    }
}
