// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Waits until listeners that were registered before it have been told of an event. */
final class Heard implements TokenListener {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Override
    public void on(Event event) {
        events.add(event);
    }

    /** Waits for the next event of this kind. */
    Event await(Kind kind) throws InterruptedException {
        for (Event event; (event = events.poll(10, TimeUnit.SECONDS)) != null; ) {
            if (event.kind() == kind) {
                return event;
            }
        }
        throw new AssertionError("no event " + kind);
    }
}
