// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * Where something is written.
 *
 * @param file as the user named it, {@code -} for standard input
 * @param line from 1
 * @param column from 1
 * @since 0.1.0
 */
public record Position(String file, int line, int column) {

    /** Of an object that no file holds. */
    public static final Position NOWHERE = new Position("", 0, 0);

    /** {@code file:line:column}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
