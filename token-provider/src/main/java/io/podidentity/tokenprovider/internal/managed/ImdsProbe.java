package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, within 0.3 s and on a thread of its own, whether a metadata service answers. A yes holds for the life of
 * the process, a no for three minutes.
 */
final class ImdsProbe {
    static final int LIMIT_MILLIS = 300;
    private static final long NO_HOLDS_NANOS = 180_000_000_000L;

    private final HttpTransport http;
    private final ImdsEndpoint endpoint;
    private final Time time;
    /** The newest question; replaced when its no is too old. Guarded by this. */
    private @Nullable Question question;

    ImdsProbe(HttpTransport http, ImdsEndpoint endpoint, Time time) {
        this.http = http;
        this.endpoint = endpoint;
        this.time = time;
    }

    /** Begins to ask, unless the answer is known or on its way. */
    void begin() {
        currentQuestion();
    }

    /** What was found. Waits for the answer, at most 0.3 s after the question. */
    Finding finding() throws InterruptedException {
        return currentQuestion().finding();
    }

    /**
     * Ends the question if it is still asked and nobody waits for it: another source answered. What it would have found
     * stays unknown.
     */
    synchronized void abandon() {
        Question current = question;
        if (current != null && current.isAlive() && !current.wanted) {
            current.interrupt();
            question = null;
        }
    }

    private synchronized Question currentQuestion() {
        Question current = question;
        if (current == null || current.isOutdated()) {
            current = new Question();
            question = current;
            current.start();
        }
        return current;
    }

    record Finding(@Nullable String absence, @Nullable HttpResponse heard) {
        /** Whether it answered as only a metadata service does. */
        boolean isCertain() {
            // It refuses a request without its header by this status; others hardly do.
            return heard != null && heard.status() == 400;
        }
    }

    private final class Question extends Thread {
        private final CountDownLatch answered = new CountDownLatch(1);
        private final long askedAt = time.nanos();
        /** Whether somebody waits, or waited, for what it finds. */
        private volatile boolean wanted;

        private volatile @Nullable Finding found;

        Question() {
            super(null, null, "token-provider-probe", 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                found = new Finding(null, http.send(endpoint.probe(LIMIT_MILLIS)));
            } catch (InterruptedException e) {
                // Nobody wants to know any more; the thread would hold up the end of the process.
            } catch (IOException e) {
                found = new Finding(NoAnswer.describe(e, endpoint.baseUrl(), LIMIT_MILLIS), null);
            } finally {
                answered.countDown();
            }
        }

        Finding finding() throws InterruptedException {
            wanted = true;
            long left = LIMIT_MILLIS * 1_000_000L - (time.nanos() - askedAt);
            if (left > 0) {
                time.await(answered, left);
            }
            Finding finding = found;
            return finding == null ? new Finding(NoAnswer.within(endpoint.baseUrl(), LIMIT_MILLIS), null) : finding;
        }

        private boolean isOutdated() {
            Finding finding = found;
            boolean no = finding == null || finding.absence() != null;
            return no && time.nanos() - askedAt > NO_HOLDS_NANOS;
        }
    }
}
