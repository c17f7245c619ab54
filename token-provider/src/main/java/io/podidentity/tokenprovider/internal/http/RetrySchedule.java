// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLHandshakeException;

/**
 * Decides whether a service is asked again, and how long the pause before that is. This class has the schedule of the
 * metadata service.
 *
 * <p>The pauses are 0.8, 1.6, 3.2, 6.4 and 12.8 s, as in the Azure SDKs. Each is longer by up to a tenth, so that pods
 * that started together do not ask together. After silence there are three retries only. HTTP 410 means that the
 * service is being updated and will be back within 70 s (Microsoft Learn), so it is asked for that long. A longer
 * {@code Retry-After} is obeyed.
 *
 * <p><i>Thread-safety:</i> not safe for use by several threads. Each request has a schedule of its own.
 */
public class RetrySchedule {
    private static final long FIRST_WAIT_MILLIS = 800;
    private static final int MAX_RETRIES = 5;
    private static final int MAX_RETRIES_WITHOUT_ANSWER = 3;
    private static final long GONE_WAIT_MILLIS = 10_000;
    private static final int MAX_RETRIES_WHEN_GONE = 7;

    private final boolean persistent;
    private final boolean retriesHandshakes;
    private int retries;

    /**
     * @param persistent whether the service is asked again at all
     * @param retriesHandshakes whether a failed TLS handshake is retried; false if the certificate itself is known, so
     *     that a wrong one stays wrong
     */
    public RetrySchedule(boolean persistent, boolean retriesHandshakes) {
        this.persistent = persistent;
        this.retriesHandshakes = retriesHandshakes;
    }

    /**
     * Whether the same request may have another answer later. The metadata service sends 404 and 410 during updates.
     */
    public static boolean isRetryable(int status) {
        return status == 404 || status == 408 || status == 410 || status == 429 || (status >= 500 && status <= 599);
    }

    /** The pause before the next try after this answer, in milliseconds; -1 to give up. */
    public long afterAnswer(HttpResponse response) {
        int status = response.status();
        if (!isRetryable(status)) {
            return -1;
        }
        long wait;
        if (status == 410) {
            wait = nextWait(MAX_RETRIES_WHEN_GONE, GONE_WAIT_MILLIS);
        } else {
            wait = nextWait(MAX_RETRIES);
        }
        return obeyServer(wait, response);
    }

    /** The pause, or the server's wish if that is longer; -1 stays -1. */
    protected static long obeyServer(long wait, HttpResponse response) {
        if (wait < 0) {
            return wait;
        }
        return Math.max(wait, RetryAfter.millis(response));
    }

    /** The pause before the next try after a failure without an answer, in milliseconds; -1 to give up. */
    public long afterFailure(IOException e) {
        if (e instanceof SSLHandshakeException && !retriesHandshakes) {
            return -1;
        }
        return nextWait(MAX_RETRIES_WITHOUT_ANSWER);
    }

    /** The next pause, which is twice the last one; -1 after so many retries. */
    public final long nextWait(int maxRetries) {
        return nextWait(maxRetries, FIRST_WAIT_MILLIS << Math.min(retries, MAX_RETRIES - 1));
    }

    private long nextWait(int maxRetries, long wait) {
        if (!persistent || retries >= maxRetries) {
            return -1;
        }
        retries++;
        return wait + ThreadLocalRandom.current().nextLong(wait / 10 + 1);
    }
}
