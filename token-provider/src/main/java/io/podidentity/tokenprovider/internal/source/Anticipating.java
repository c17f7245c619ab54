// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

/** A source that can find out in the background whether it applies, while an earlier source is being asked. */
public interface Anticipating {
    /** Begins to find out whether this source applies, on another thread. Does nothing if that is known. */
    void anticipate();

    /**
     * Whether the service of this source was found, even if it has no token. Later sources then only stand in for it.
     */
    default boolean isEvident() {
        return false;
    }

    /** Stops finding out, because another source has answered. */
    void abandon();
}
