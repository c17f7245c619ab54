package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;

/**
 * Something in the input that was not read, and why.
 *
 * @param place a file with line and column, a file, or a folder
 * @param reason a part of a sentence
 * @param isBroken whether it was meant to be read: a manifest that is not YAML, a folder that cannot be rendered;
 *     otherwise it is another kind of file
 */
public record Skipped(String place, String reason, boolean isBroken) {

    static Skipped other(Position position, String reason) {
        return new Skipped(position.toString(), reason, false);
    }

    /** In one line, the place first. */
    @Override
    public String toString() {
        return place + ": skipped: " + reason;
    }
}
