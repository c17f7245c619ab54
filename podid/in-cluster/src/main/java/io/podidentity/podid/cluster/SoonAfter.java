// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a task soon after objects have changed: however many have, one look at all of them is enough. Thread-safe. */
final class SoonAfter implements ResourceEventHandler<Object> {

    private final Executor thread;
    private final Runnable task;
    private final AtomicBoolean due = new AtomicBoolean();

    SoonAfter(Executor thread, Runnable task) {
        this.thread = thread;
        this.task = task;
    }

    /** Runs it soon, in any case. */
    void run() {
        if (due.compareAndSet(false, true)) {
            thread.execute(() -> {
                due.set(false);
                task.run();
            });
        }
    }

    @Override
    public void onAdd(Object added) {
        run();
    }

    @Override
    public void onUpdate(Object before, Object after) {
        run();
    }

    @Override
    public void onDelete(Object deleted, boolean stateUnknown) {
        run();
    }
}
