// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.Part;
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

    /** A token of a service account, and how long it is good. Its text form does not show it. */
    record AccountToken(String value, Duration life, Instant asked) {

        /** Renewed early enough that a cluster may be out of reach for a while. */
        private static final int RENEW_AT_PERCENT = 70;

        /** No cluster grants more; a number that is no life must not be reckoned with. */
        private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();

        /** What {@code kubectl create token -o json} prints. */
        static AccountToken of(Part request, Instant asked) {
            if (request.at("spec", "expirationSeconds").value() instanceof Number seconds
                    && seconds.longValue() > 0
                    && seconds.longValue() <= LONGEST_SECONDS
                    && request.at("status", "token").value() instanceof String token) {
                // Not by the time at which it ends: the cluster's clock may differ from this one's.
                return new AccountToken(token, Duration.ofSeconds(seconds.longValue()), asked);
            }
            throw new IllegalArgumentException("kubectl printed no TokenRequest with a token and its life");
        }

        Instant renewAt() {
            return asked.plus(life.multipliedBy(RENEW_AT_PERCENT).dividedBy(100));
        }

        @Override
        public String toString() {
            return "AccountToken[life=" + life + "]";
        }
    }

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

    private TokenRenewal(Source source, TokenFolder folder, AccountToken first, Consumer<String> log, Clock clock) {
        this.source = source;
        this.folder = folder;
        this.log = log;
        this.clock = clock;
        this.thread = new Thread(() -> run(first), "podid-run-token");
        thread.setDaemon(true);
    }

    static TokenRenewal start(
            Source source, TokenFolder folder, AccountToken first, Consumer<String> log, Clock clock) {
        var renewal = new TokenRenewal(source, folder, first, log, clock);
        renewal.thread.start();
        return renewal;
    }

    private void run(AccountToken first) {
        AccountToken current = first;
        Duration wait = FIRST_RETRY;
        Instant due = first.renewAt();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Shutdown.sleepUntil(due, clock);
                try {
                    current = source.create();
                    folder.write(current.value());
                    due = current.renewAt();
                    if (!wait.equals(FIRST_RETRY)) {
                        log.accept("the token is renewed again");
                        wait = FIRST_RETRY;
                    }
                } catch (KubectlException | IOException | RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    if (wait.equals(FIRST_RETRY)) {
                        log.accept("the token cannot be renewed, and is good until "
                                + current.asked().plus(current.life()) + "; podid goes on trying: " + e.getMessage());
                    }
                    due = clock.instant().plus(wait);
                    wait = wait.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? wait.multipliedBy(2) : LAST_RETRY;
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
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
