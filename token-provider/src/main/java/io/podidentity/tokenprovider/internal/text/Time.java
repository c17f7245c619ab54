package io.podidentity.tokenprovider.internal.text;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The clocks and the way to wait. Tests replace them. */
public class Time {
    public static final Time SYSTEM = new Time();

    /** Made when first needed. Guarded by this. */
    private @Nullable Alarms alarms;

    /** The wall clock, in milliseconds since 1970. Expiry is compared with it. */
    public long millis() {
        return System.currentTimeMillis();
    }

    /** A monotonic clock, in nanoseconds. Deadlines are measured by it. */
    public long nanos() {
        return System.nanoTime();
    }

    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }

    /** Waits for something, at most so long; false if it did not come. */
    public boolean await(CountDownLatch event, long nanos) throws InterruptedException {
        return event.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for a notification of a monitor that the calling thread holds, at most so long. */
    public void await(Object monitor, long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedWait(monitor, nanos);
    }

    /**
     * Has something run at a moment, off the calling thread, in place of what was set for it before.
     *
     * <p>Late where the machine has no thread for it at the time.
     *
     * @param nanos the moment, as {@link #nanos} counts
     * @param alarm must be quick, since others wait for the same thread
     */
    public void wake(long nanos, Runnable alarm) {
        alarms().set(nanos, alarm);
    }

    /** Has it not run, if it has not begun to. */
    public void forget(Runnable alarm) {
        alarms().remove(alarm);
    }

    private synchronized Alarms alarms() {
        Alarms made = alarms == null ? new Alarms(this) : alarms;
        alarms = made;
        return made;
    }

    /**
     * Runs things at their moments on one thread, which is there only while something is to come.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads; no lock is held while something is run.
     */
    private static final class Alarms implements Runnable {
        private final Time time;
        /** What is to come. Guarded by this, as the next ones. */
        private final Map<Runnable, Alarm> alarms = new HashMap<>();
        /** The same, the next one first. */
        private final TreeSet<Alarm> inOrder = new TreeSet<>();

        private long count;
        /** Whether there is a thread. Guarded by this. */
        private boolean awake;

        Alarms(Time time) {
            this.time = time;
        }

        @SuppressWarnings("ReferenceEquality") // It is this very one, or another one is earlier.
        synchronized void set(long nanos, Runnable alarm) {
            Alarm set = new Alarm(nanos, count++, alarm);
            Alarm before = alarms.put(alarm, set);
            if (before != null) {
                inOrder.remove(before);
            }
            inOrder.add(set);
            if (awake) {
                if (inOrder.first() == set) {
                    notifyAll();
                }
                return;
            }
            Thread thread = new Thread(null, this, "token-provider-alarm", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(Alarms.class.getClassLoader());
            try {
                thread.start();
                awake = true;
            } catch (OutOfMemoryError e) {
                // No thread is to be had: it waits for the next one that is set. Its owner must not fail for that.
            }
        }

        synchronized void remove(Runnable alarm) {
            Alarm set = alarms.remove(alarm);
            if (set != null) {
                inOrder.remove(set);
                if (inOrder.isEmpty()) {
                    notifyAll();
                }
            }
        }

        @Override
        public void run() {
            for (Runnable due = next(); due != null; due = next()) {
                try {
                    due.run();
                } catch (Throwable e) { // What one lost does not concern the others.
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        }

        /** Waits for the next moment; null when nothing is to come any more. */
        private synchronized @Nullable Runnable next() {
            while (!inOrder.isEmpty()) {
                Alarm first = inOrder.first();
                long left = first.nanos - time.nanos();
                if (left <= 0) {
                    inOrder.remove(first);
                    alarms.remove(first.task);
                    return first.task;
                }
                try {
                    wait(left / 1_000_000, (int) (left % 1_000_000));
                } catch (InterruptedException e) {
                    // Nobody has a reason to; the flag is gone, and the wait begins again.
                }
            }
            awake = false;
            return null;
        }

        /** Something that is to be run at a moment; of two of the same moment, what was set first comes first. */
        private static final class Alarm implements Comparable<Alarm> {
            private final long nanos;
            private final long number;
            private final Runnable task;

            Alarm(long nanos, long number, Runnable task) {
                this.nanos = nanos;
                this.number = number;
                this.task = task;
            }

            @Override
            public int compareTo(Alarm other) {
                long later = nanos - other.nanos;
                return Long.signum(later == 0 ? number - other.number : later);
            }
        }
    }
}
