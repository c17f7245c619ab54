// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;

/**
 * The input cannot be used at all; the message begins with the place, if there is one.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class ManifestException extends RuntimeException {

    private final String place;
    private final String reason;

    public ManifestException(String message) {
        this("", message);
    }

    public ManifestException(Position position, String message) {
        this(position.toString(), message);
    }

    ManifestException(String place, String reason) {
        super(place.isEmpty() ? reason : place + ": " + reason);
        this.place = place;
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** The place, or the other one if there is none. */
    String placeOr(String other) {
        return place.isEmpty() ? other : place;
    }
}
