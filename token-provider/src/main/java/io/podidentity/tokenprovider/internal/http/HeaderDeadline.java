package io.podidentity.tokenprovider.internal.http;

import static java.util.Objects.requireNonNull;

import java.net.HttpURLConnection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hangs up on a server whose header does not end in time: the connection's own limit begins anew with each byte. */
final class HeaderDeadline extends Thread {
    private static final long AGAIN_MILLIS = 100;

    private final int totalMillis;
    private volatile @Nullable HttpURLConnection connection;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean passed;

    HeaderDeadline(int totalMillis) {
        super(null, null, "token-provider-limit", 0, false);
        setDaemon(true);
        this.totalMillis = totalMillis;
    }

    /** Begins to count, with an exchange that is about to begin. */
    void watch(HttpURLConnection connection) {
        this.connection = connection;
        start();
    }

    @Override
    public void run() {
        try {
            // Again and again, since there is nothing to hang up while the connection is only being made.
            for (long wait = totalMillis; !ended.await(wait, TimeUnit.MILLISECONDS); wait = AGAIN_MILLIS) {
                passed = true;
                requireNonNull(connection).disconnect();
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
