// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.history;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The last 10,000 of what happened, oldest first. Thread-safe.
 *
 * @since 0.1.0
 */
public final class History<T> {

    private static final int MAX_LENGTH = 10_000;

    private final Consumer<T> listener;
    private final Object lock = new Object();
    // @GuardedBy("lock")
    private final ArrayDeque<T> last = new ArrayDeque<>();

    /** @param listener is told of each, on the thread that adds it */
    public History(Consumer<T> listener) {
        this.listener = listener;
    }

    public void add(T event) {
        synchronized (lock) {
            if (last.size() == MAX_LENGTH) {
                last.removeFirst();
            }
            last.addLast(event);
        }
        listener.accept(event);
    }

    public List<T> snapshot() {
        synchronized (lock) {
            return List.copyOf(last);
        }
    }
}
