// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A clock that a test turns on; whoever sleeps turns it on too, and is noted. */
public final class FakeTime extends Time {
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Duration> sleeps = new ArrayList<>();
    private final Map<Runnable, Long> alarms = new LinkedHashMap<>();
    private Instant now = START;
    /** Not zero and near the end of what fits, so that comparing instead of subtracting would show. */
    private long nanos = Long.MAX_VALUE - 1_000_000_000L;

    @Override
    public synchronized long millis() {
        return now.toEpochMilli();
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            sleeps.add(Duration.ofNanos(nanos));
        }
        advance(Duration.ofNanos(nanos));
    }

    /** This clock stands still meanwhile, so there is time enough, however busy the machine is. */
    @Override
    public boolean await(CountDownLatch event, long nanos) throws InterruptedException {
        return event.await(30, TimeUnit.SECONDS);
    }

    /** Nobody notifies on the one thread of a test, so the whole time passes. */
    @Override
    public void await(Object monitor, long nanos) {
        advance(Duration.ofNanos(nanos));
    }

    /** Lets time pass, and runs what was set for it, one at a time. */
    public void advance(Duration duration) {
        synchronized (this) {
            now = now.plus(duration);
            nanos += duration.toNanos();
        }
        for (Runnable due = due(); due != null; due = due()) {
            due.run();
        }
    }

    /** Lets the steady clock stand still while the wall clock goes on, as a machine does that sleeps. */
    public synchronized void suspend(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public synchronized void wake(long nanos, Runnable alarm) {
        alarms.put(alarm, nanos);
    }

    @Override
    public synchronized void forget(Runnable alarm) {
        alarms.remove(alarm);
    }

    /** How many things are set for a moment to come. */
    public synchronized int alarms() {
        return alarms.size();
    }

    private synchronized Runnable due() {
        for (Map.Entry<Runnable, Long> alarm : alarms.entrySet()) {
            if (nanos - alarm.getValue() >= 0) {
                alarms.remove(alarm.getKey());
                return alarm.getKey();
            }
        }
        return null;
    }

    /** Sets the wall clock and leaves the steady one alone, as an administrator does. */
    public synchronized void setWallClock(Instant instant) {
        now = instant;
    }

    public synchronized Instant now() {
        return now;
    }

    /** How long was slept, each time. */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }
}
