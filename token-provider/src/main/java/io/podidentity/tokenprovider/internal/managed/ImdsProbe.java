// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.NoAnswer;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * Finds out whether a metadata service answers, within 0.3 s and on a thread of its own. A yes holds for the life of
 * the process, and a no for three minutes.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class ImdsProbe {
    static final int LIMIT_MILLIS = 300;
    private static final long NO_HOLDS_NANOS = 180_000_000_000L;

    private final HttpTransport http;
    private final ImdsEndpoint endpoint;
    private final Time time;
    /** The newest question. A new one replaces it when its no is too old. Guarded by this. */
    private @Nullable Question question;

    ImdsProbe(HttpTransport http, ImdsEndpoint endpoint, Time time) {
        this.http = http;
        this.endpoint = endpoint;
        this.time = time;
    }

    /** Asks the service in the background, unless the answer is known or on its way. */
    void begin() {
        currentQuestion();
    }

    /** What was found. Waits for the answer until at most 0.3 s after the question. */
    Finding awaitFinding() throws InterruptedException {
        return currentQuestion().awaitFinding();
    }

    /** Ends the question if it is under way and nobody waits for it, because another source answered. */
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

    /**
     * The result of a probe.
     *
     * @param absence why the service counts as absent; null if something answered
     * @param heard the answer; null without one
     */
    record Finding(@Nullable String absence, @Nullable HttpResponse heard) {
        /** Whether the answer is that of a metadata service. */
        boolean isCertain() {
            // A metadata service refuses a request without its header with this status. Other servers hardly do.
            return heard != null && heard.status() == 400;
        }
    }

    private final class Question extends Thread {
        private final CountDownLatch answered = new CountDownLatch(1);
        private final long askedAt = time.nanos();
        /** Whether somebody waits, or waited, for the answer. */
        private volatile boolean wanted;

        private volatile @Nullable Finding found;

        Question() {
            super(null, null, "token-provider-probe", 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                found = new Finding(null, http.send(endpoint.writeProbe(LIMIT_MILLIS)));
            } catch (InterruptedException e) {
                // Nobody wants the answer any more.
            } catch (IOException e) {
                found = new Finding(NoAnswer.describe(e, endpoint.baseUrl(), LIMIT_MILLIS), null);
            } finally {
                answered.countDown();
            }
        }

        Finding awaitFinding() throws InterruptedException {
            wanted = true;
            long left = LIMIT_MILLIS * 1_000_000L - (time.nanos() - askedAt);
            if (left > 0) {
                time.await(answered, left);
            }
            Finding finding = found;
            if (finding == null) {
                finding = new Finding(NoAnswer.within(endpoint.baseUrl(), LIMIT_MILLIS), null);
            }
            return finding;
        }

        private boolean isOutdated() {
            Finding finding = found;
            boolean isNo = finding == null || finding.absence() != null;
            return isNo && time.nanos() - askedAt > NO_HOLDS_NANOS;
        }
    }
}
