package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a task soon after objects have changed: however many have, one look at all of them is enough. Thread-safe. */
final class SoonAfter<T> implements ResourceEventHandler<T> {

    private final Executor thread;
    private final Runnable task;
    private final AtomicBoolean due = new AtomicBoolean();

    SoonAfter(Executor thread, Runnable task) {
        this.thread = thread;
        this.task = task;
    }

    @Override
    public void onAdd(T added) {
        run();
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
    public void onUpdate(T before, T after) {
        onAdd(after);
    }

    @Override
    public void onDelete(T deleted, boolean stateUnknown) {
        onAdd(deleted);
    }
}
