package io.podidentity.tokenprovider;

import java.util.concurrent.TimeUnit;

/** The machine's clocks. */
final class SystemTime implements Time {
    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
