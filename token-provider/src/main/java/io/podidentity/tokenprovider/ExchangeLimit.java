package io.podidentity.tokenprovider;

import java.net.HttpURLConnection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Hangs up on a server whose header does not end in time: the connection's own limit begins anew with each byte. */
final class ExchangeLimit extends Thread {
    private static final long AGAIN_MILLIS = 100;

    private final HttpURLConnection connection;
    private final int totalMillis;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean passed;

    ExchangeLimit(HttpURLConnection connection, int totalMillis) {
        super(null, null, "token-provider-limit", 0, false);
        setDaemon(true);
        this.connection = connection;
        this.totalMillis = totalMillis;
    }

    @Override
    public void run() {
        try {
            // Again and again, since there is nothing to hang up while the connection is only being made.
            for (long wait = totalMillis; !ended.await(wait, TimeUnit.MILLISECONDS); wait = AGAIN_MILLIS) {
                passed = true;
                connection.disconnect();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it; without a limit the connection's own remains.
        }
    }

    /** Lets the exchange go on without it. */
    void end() {
        ended.countDown();
    }

    boolean hasPassed() {
        return passed;
    }
}
