package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.internal.engine.InFlightRequest.Waiter;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The flights of one slot and their callers: who waits for which flight, and when one is given up.
 *
 * <p>At most one is under way. It is given up when its deadline has passed, or when nobody wants it any more. Its
 * source may not listen to that; until it returns, the flight is adrift. One that no thread has begun is over at once.
 *
 * <p><i>Thread-safety:</i> its monitor is the lock of the slot. Who calls a method holds that lock, unless the method
 * takes it. It is never held while a source is asked or a future completed.
 */
final class SingleFlight {
    /** With so many adrift no other is begun. */
    static final int MAX_ABANDONED = 16;

    private final Time time;
    private final Executor executor;
    private @Nullable InFlightRequest current;
    /** Callers that wait, for whichever flight. */
    private int callers;

    private int abandoned;
    private boolean closed;
    /** Those that were given up at their deadline, of which no listener was told yet; null for none. */
    private @Nullable List<InFlightRequest> unreported;

    /**
     * @param crew has threads for what may take long
     */
    SingleFlight(Time time, Executor executor) {
        this.time = time;
        this.executor = executor;
    }

    /** A caller begins to wait; false if nobody may any more. Takes the lock. */
    synchronized boolean enter() {
        if (!closed) {
            callers++;
        }
        return !closed;
    }

    /** A caller that blocked has its answer, or wants none any more. Takes the lock. */
    synchronized void leave() {
        callers--;
    }

    /** A caller that blocked waits no longer for this flight. Takes the lock. */
    void leave(InFlightRequest left) {
        synchronized (this) {
            left.blocked--;
            giveUpIfUnwanted(left);
        }
        tell();
    }

    /** A caller that does not block has its answer, or wants none any more. Takes the lock. */
    void leave(Waiter<?> waiter) {
        synchronized (this) {
            callers--;
            InFlightRequest left = waiter.flight;
            if (left != null && left.waiters != null) {
                left.waiters.remove(waiter);
                setAlarm(left);
                giveUpIfUnwanted(left);
            }
        }
        tell();
    }

    /** Lets nobody in from now on; false if a caller waits or a flight is not over. */
    boolean close() {
        closed = callers == 0 && abandoned == 0 && current == null;
        return closed;
    }

    boolean isClosed() {
        return closed;
    }

    /** How many were given up and are not over. */
    int abandoned() {
        return abandoned;
    }

    /** The one under way; null for none. */
    @Nullable
    InFlightRequest current() {
        return current;
    }

    /** The one under way, unless it is overdue: then it is given up, whoever waits for it. Null for none. */
    @Nullable
    InFlightRequest underWay(long nanos) {
        InFlightRequest flight = current;
        if (flight != null && isOverdue(flight, nanos)) {
            giveUp(flight);
        }
        return current;
    }

    /** Makes this the one under way; null for none. Whoever waits for the one of before still does. */
    void setCurrent(@Nullable InFlightRequest flight) {
        current = flight;
    }

    /**
     * Has a caller wait for a flight.
     *
     * @param waiter the caller, unless it blocks
     */
    void join(InFlightRequest joined, @Nullable Waiter<?> waiter) {
        if (waiter == null) {
            joined.blocked++;
        } else if (!waiter.future.isDone()) {
            PriorityQueue<Waiter<?>> waiters = joined.waiters;
            if (waiters == null) {
                waiters = new PriorityQueue<>();
                joined.waiters = waiters;
                joined.alarm = () -> waiter.alarm.accept(joined);
            }
            waiters.add(waiter);
            waiter.flight = joined;
            setAlarm(joined);
        }
    }

    /** Has those looked after that wait without a thread. */
    private void setAlarm(InFlightRequest flight) {
        Runnable alarm = flight.alarm;
        if (alarm == null) {
            return;
        }
        PriorityQueue<Waiter<?>> waiters = flight.waiters;
        Waiter<?> hastiest = waiters == null ? null : waiters.peek();
        if (hastiest == null) {
            time.forget(alarm);
        } else {
            long first = hastiest.deadline - flight.deadline < 0 ? hastiest.deadline : flight.deadline;
            time.wake(first + InFlightRequest.GRACE_NANOS, alarm);
        }
    }

    /**
     * Ends the wait of those who have waited long enough without a thread; if the flight itself is overdue, the wait of
     * all, and the flight. Takes the lock.
     *
     * @param late receives those whose own deadline has passed
     * @param stranded receives the others whose wait has ended
     */
    synchronized void endWaits(InFlightRequest flight, List<Waiter<?>> late, PriorityQueue<Waiter<?>> stranded) {
        PriorityQueue<Waiter<?>> waiters = flight.waiters;
        if (waiters == null) {
            return;
        }
        long nanos = time.nanos();
        for (Waiter<?> next = waiters.peek(); next != null; next = waiters.peek()) {
            if (nanos - next.deadline < InFlightRequest.GRACE_NANOS) {
                break;
            }
            late.add(waiters.remove());
        }
        if (isOverdue(flight, nanos)) {
            stranded.addAll(waiters);
            waiters.clear();
            giveUp(flight);
        } else {
            giveUpIfUnwanted(flight);
        }
        setAlarm(flight);
    }

    /** A flight is over: those who wait for it without a thread, who are to be told; null for nobody. */
    @Nullable
    PriorityQueue<Waiter<?>> end(InFlightRequest over) {
        over.over = true;
        abandoned -= over.abandoned ? 1 : 0;
        PriorityQueue<Waiter<?>> waiters = over.waiters;
        over.waiters = null;
        setAlarm(over);
        return waiters;
    }

    /**
     * The last caller ends a flight. A refresh behind the callers goes on as long as the token of before is valid; one
     * that has hung since before the expiry does not.
     */
    private void giveUpIfUnwanted(InFlightRequest left) {
        boolean alone = left.blocked == 0 && (left.waiters == null || left.waiters.isEmpty());
        CachedToken old = left.old;
        if (alone && (left != current || old == null || old.isExpired(time.millis(), time.nanos()))) {
            giveUp(left);
        }
    }

    /** Ends a flight, and leaves it alone if it does not end. */
    private void giveUp(InFlightRequest left) {
        if (current == left) {
            current = null;
        }
        if (!left.over && !left.abandoned) {
            left.abandoned = left.cancel();
            left.over = !left.abandoned;
            abandoned += left.abandoned ? 1 : 0;
            if (time.nanos() - left.deadline >= 0) {
                unreported = unreported == null ? new ArrayList<>() : unreported;
                unreported.add(left);
            }
        }
    }

    /**
     * Tells listeners of those that were given up at their deadline, on a thread of its own, since the calling one has
     * an answer to give. The calling thread does not hold the lock.
     */
    void tell() {
        List<InFlightRequest> failed;
        synchronized (this) {
            failed = unreported;
            unreported = null;
        }
        if (failed != null) {
            new Completions(executor)
                    .add(() -> failed.forEach(InFlightRequest::publishTimeOut))
                    .start();
        }
    }

    private static boolean isOverdue(InFlightRequest flight, long nanos) {
        return nanos - flight.deadline >= InFlightRequest.GRACE_NANOS;
    }
}
