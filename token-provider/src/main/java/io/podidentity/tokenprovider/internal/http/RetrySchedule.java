package io.podidentity.tokenprovider.internal.http;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLHandshakeException;

/**
 * How long to wait before a service is asked again, and whether at all.
 *
 * <p>The metadata service: 0.8, 1.6, 3.2, 6.4, 12.8 s as the Azure SDKs do, each longer by up to a tenth so that pods
 * which started together do not ask together; no answer at all is retried three times only. HTTP 410 means that the
 * service is being updated and is back within 70 s (Microsoft Learn), so it is asked for that long. {@code Retry-After}
 * is obeyed if it is longer.
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
     * @param retriesHandshakes whether a TLS handshake that failed is tried again; false where the certificate itself
     *     is known, so that a wrong one stays wrong
     */
    public RetrySchedule(boolean persistent, boolean retriesHandshakes) {
        this.persistent = persistent;
        this.retriesHandshakes = retriesHandshakes;
    }

    public static boolean isRetryable(int status) {
        return status == 404 || status == 408 || status == 410 || status == 429 || (status >= 500 && status <= 599);
    }

    /** The wait before the next try after this answer, in milliseconds; -1 for giving up. */
    public long afterAnswer(HttpResponse response) {
        int status = response.status();
        if (!isRetryable(status)) {
            return -1;
        }
        long wait = status == 410 ? next(MAX_RETRIES_WHEN_GONE, GONE_WAIT_MILLIS) : next(MAX_RETRIES, backOff());
        return wait < 0 ? wait : Math.max(wait, RetryAfter.millis(response));
    }

    /** The wait before the next try after this came in place of an answer, in milliseconds; -1 for giving up. */
    public long afterFailure(IOException e) {
        boolean lasting = !retriesHandshakes && e instanceof SSLHandshakeException;
        return lasting ? -1 : next(MAX_RETRIES_WITHOUT_ANSWER);
    }

    /** The wait after so many that doubled each time, if this many are allowed; -1 if not. */
    public final long next(int maxRetries) {
        return next(maxRetries, backOff());
    }

    private long backOff() {
        return FIRST_WAIT_MILLIS << Math.min(retries, MAX_RETRIES - 1);
    }

    private long next(int maxRetries, long wait) {
        if (!persistent || retries >= maxRetries) {
            return -1;
        }
        retries++;
        return wait + ThreadLocalRandom.current().nextLong(wait / 10 + 1);
    }
}
