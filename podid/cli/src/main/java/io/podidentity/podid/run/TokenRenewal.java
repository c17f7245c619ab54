// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubernetesJson;
import io.podidentity.podid.process.Shutdown;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Replaces the token before it ends, on a thread of its own; where that fails, for whatever reason, again and again: an
 * odd answer of kubectl can be followed by a good one.
 */
final class TokenRenewal implements AutoCloseable {

    /**
     * A token of a service account. Its text form does not show it.
     *
     * @param life how long it is good from when it was asked for
     * @param asked when kubectl was started
     */
    record AccountToken(String value, Duration life, Instant asked) {

        /** Renewed early enough that a cluster may be out of reach for a while. */
        private static final int RENEW_AT_PERCENT = 70;

        /** No cluster grants more; a number that is no life must not be reckoned with. */
        private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();

        /**
         * Reads what {@code kubectl create token -o json} prints.
         *
         * @throws IllegalArgumentException if that has no token, or no life that can be one
         */
        static AccountToken read(KubernetesJson request, Instant asked) {
            Object life = request.at("spec", "expirationSeconds").value();
            Object token = request.at("status", "token").value();
            if (life instanceof Number seconds && isLife(seconds.longValue()) && token instanceof String value) {
                // Not by the time at which it ends: the cluster's clock may differ from this one's.
                return new AccountToken(value, Duration.ofSeconds(seconds.longValue()), asked);
            }
            throw new IllegalArgumentException("kubectl printed no TokenRequest with a token and its life");
        }

        private static boolean isLife(long seconds) {
            return seconds > 0 && seconds <= LONGEST_SECONDS;
        }

        Instant renewAt() {
            return asked.plus(life.multipliedBy(RENEW_AT_PERCENT).dividedBy(100));
        }

        @Override
        public String toString() {
            return "AccountToken[life=" + life + "]";
        }
    }

    /** Asks the cluster for another token of the account. */
    @FunctionalInterface
    interface Source {

        AccountToken create() throws KubectlException, InterruptedException;
    }

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(60);

    private final Source source;
    private final TokenFolder folder;
    private final Consumer<String> log;
    private final Clock clock;
    private final Thread thread;

    /** The token that is in the file. Of the thread alone, once it has started. */
    private AccountToken current;

    /** How long to wait after the next failure. Of the thread alone. */
    private Duration retryDelay = FIRST_RETRY;

    private TokenRenewal(Source source, TokenFolder folder, AccountToken first, Consumer<String> log, Clock clock) {
        this.source = source;
        this.folder = folder;
        this.log = log;
        this.clock = clock;
        this.current = first;
        this.thread = new Thread(this::keepRenewing, "podid-run-token");
        thread.setDaemon(true);
    }

    static TokenRenewal start(
            Source source, TokenFolder folder, AccountToken first, Consumer<String> log, Clock clock) {
        var renewal = new TokenRenewal(source, folder, first, log, clock);
        renewal.thread.start();
        return renewal;
    }

    private void keepRenewing() {
        try {
            Instant due = current.renewAt();
            while (!Thread.currentThread().isInterrupted()) {
                Shutdown.sleepUntil(due, clock);
                due = renew();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Replaces the token once, or fails to; returns when to do so again. */
    private Instant renew() throws InterruptedException {
        try {
            // An odd answer of kubectl is a RuntimeException, and can be followed by a good one.
            current = source.create();
            folder.write(current.value());
        } catch (KubectlException | IOException | RuntimeException e) {
            return planRetry(e);
        }
        if (hasFailed()) {
            log.accept("the token is renewed again");
            retryDelay = FIRST_RETRY;
        }
        return current.renewAt();
    }

    private Instant planRetry(Exception failure) throws InterruptedException {
        // The renewal was closed while kubectl ran, which is no failure to report.
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        if (!hasFailed()) {
            log.accept("the token cannot be renewed, and is good until "
                    + current.asked().plus(current.life()) + "; podid goes on trying: " + failure.getMessage());
        }
        Instant due = clock.instant().plus(retryDelay);
        Duration doubled = retryDelay.multipliedBy(2);
        retryDelay = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
        return due;
    }

    /** Whether the last try failed, which is said once and not for each try. */
    private boolean hasFailed() {
        return !retryDelay.equals(FIRST_RETRY);
    }

    /** Ends it; the file is not written any more afterwards. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
