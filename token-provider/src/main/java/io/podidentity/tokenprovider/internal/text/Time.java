// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The clocks, and the ways to wait. Tests replace this class.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public class Time {
    public static final Time SYSTEM = new Time();

    /** The alarms; null until the first one. Guarded by this. */
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

    /** Waits for an event, at most so long. False if the event did not come. */
    public boolean await(CountDownLatch event, long nanos) throws InterruptedException {
        return event.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for a notification of a monitor that the calling thread holds, at most so long. */
    public void await(Object monitor, long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.timedWait(monitor, nanos);
    }

    /**
     * Runs an alarm at a moment, on another thread. If the alarm was set before, the new moment replaces the old one.
     * The alarm is late if the machine has no thread for it.
     *
     * @param nanos the moment, as {@link #nanos} counts
     * @param alarm must be quick, because other alarms wait for the same thread
     */
    public void wake(long nanos, Runnable alarm) {
        alarms().setAlarm(nanos, alarm);
    }

    /** Takes an alarm back, unless it has begun to run. */
    public void forget(Runnable alarm) {
        alarms().removeAlarm(alarm);
    }

    private synchronized Alarms alarms() {
        if (alarms == null) {
            alarms = new Alarms(this);
        }
        return alarms;
    }

    /**
     * Runs alarms at their moments on one thread, which exists only while an alarm is set.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads. No lock is held while an alarm runs.
     */
    private static final class Alarms implements Runnable {
        private final Time time;
        /** The alarms that are set. Guarded by this. */
        private final Map<Runnable, Alarm> alarms = new HashMap<>();
        /** The same alarms, the next one first. Guarded by this. */
        private final TreeSet<Alarm> inOrder = new TreeSet<>();
        /** How many alarms were set so far. Guarded by this. */
        private long count;
        /** Whether there is a thread. Guarded by this. */
        private boolean awake;

        Alarms(Time time) {
            this.time = time;
        }

        @SuppressWarnings("ReferenceEquality") // The first alarm is either this very object, or another one.
        synchronized void setAlarm(long nanos, Runnable task) {
            Alarm set = new Alarm(nanos, count++, task);
            Alarm before = alarms.put(task, set);
            if (before != null) {
                inOrder.remove(before);
            }
            inOrder.add(set);
            if (!awake) {
                startThread();
            } else if (inOrder.first() == set) {
                // The thread waits for a later alarm.
                notifyAll();
            }
        }

        private void startThread() {
            Thread thread = new Thread(null, this, "token-provider-alarm", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(Alarms.class.getClassLoader());
            try {
                thread.start();
                awake = true;
            } catch (OutOfMemoryError e) {
                // There is no thread. The caller must not fail for that, so the alarm waits until the next one is set.
            }
        }

        synchronized void removeAlarm(Runnable task) {
            Alarm set = alarms.remove(task);
            if (set == null) {
                return;
            }
            inOrder.remove(set);
            if (inOrder.isEmpty()) {
                // So that the thread ends.
                notifyAll();
            }
        }

        @Override
        public void run() {
            for (Runnable due = awaitNext(); due != null; due = awaitNext()) {
                try {
                    due.run();
                } catch (Throwable e) { // An alarm that fails must not keep the others from running.
                    Thread thread = Thread.currentThread();
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                }
            }
        }

        /** Waits until the next alarm is due; null if no alarm is set any more. */
        private synchronized @Nullable Runnable awaitNext() {
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
                    // Nobody has a reason to interrupt this thread. The wait begins again.
                }
            }
            awake = false;
            return null;
        }

        /**
         * A task that is to run at a moment. Of two tasks with the same moment, the one that was set first comes first.
         */
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
                // By subtraction, since System.nanoTime may overflow.
                long difference = nanos - other.nanos;
                if (difference == 0) {
                    difference = number - other.number;
                }
                return Long.signum(difference);
            }
        }
    }
}
