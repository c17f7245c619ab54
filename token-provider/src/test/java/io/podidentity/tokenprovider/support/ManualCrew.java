package io.podidentity.tokenprovider.support;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Keeps flights on the ground until a test lets them go, on its own thread; futures are completed at once. */
public final class ManualCrew implements Executor {
    private final Deque<Runnable> flights = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        if (task instanceof CompletableFuture.AsynchronousCompletionTask) {
            task.run();
            return;
        }
        synchronized (this) {
            flights.add(task);
        }
    }

    /** How many flights wait to be let go. */
    public synchronized int waiting() {
        return flights.size();
    }

    /** Lets the oldest flight go to its end. */
    public void fly() {
        Runnable flight;
        synchronized (this) {
            flight = flights.remove();
        }
        flight.run();
    }
}
