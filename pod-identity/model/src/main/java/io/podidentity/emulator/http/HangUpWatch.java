// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

/**
 * Interrupts the thread that prepares a slow answer once the client has disconnected.
 *
 * <p>Not thread-safe: for the thread that began to watch. Lifecycle: watching until {@link #close}.
 *
 * @since 0.1.0
 */
public interface HangUpWatch extends AutoCloseable {

    /** Whether the client has disconnected; that is then the reason for an interrupt of this thread. */
    boolean hasHungUp();

    /** Ends the watch and clears an interrupt that it caused. */
    @Override
    void close();

    /** For a request that came over no connection, so that nobody can hang up. */
    static HangUpWatch ofNothing() {
        return new HangUpWatch() {
            @Override
            public boolean hasHungUp() {
                return false;
            }

            @Override
            public void close() {
                // Nothing was begun.
            }
        };
    }
}
