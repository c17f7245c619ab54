package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;

/** The input cannot be used at all; the message begins with the place, if there is one. */
@SuppressWarnings("serial")
public final class ManifestException extends RuntimeException {

    public ManifestException(String message) {
        super(message);
    }

    public ManifestException(Position position, String message) {
        super(position + ": " + message);
    }
}
