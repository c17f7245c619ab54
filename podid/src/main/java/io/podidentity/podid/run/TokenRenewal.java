package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubectlException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Replaces the token before it ends, on a thread of its own; where that fails, again and again.
 *
 * <p>Lifecycle: from {@link #start} until {@link #close}.
 */
final class TokenRenewal implements AutoCloseable {

    /** Asks the cluster for a token. */
    @FunctionalInterface
    interface Source {
        AccountToken create() throws KubectlException, InterruptedException;
    }

    /** The time is looked at so often, since a wait would not count the time in which a laptop sleeps. */
    private static final long LOOK_MILLIS = 5_000;

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

    /** @param first the token that is in the folder now */
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
                awaitUntil(due);
                try {
                    current = source.create();
                    folder.write(current);
                    due = current.renewAt();
                    if (!wait.equals(FIRST_RETRY)) {
                        log.accept("the token is renewed again");
                        wait = FIRST_RETRY;
                    }
                } catch (KubectlException | IOException e) {
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

    private void awaitUntil(Instant due) throws InterruptedException {
        for (Duration left = Duration.between(clock.instant(), due);
                !left.isNegative();
                left = Duration.between(clock.instant(), due)) {
            TimeUnit.MILLISECONDS.sleep(Math.min(left.toMillis() + 1, LOOK_MILLIS));
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
