package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.text.Time;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The cache's place for one request: its token, the flight that gets the next one, and what is known of its failures.
 *
 * <p>FRESH: the token is returned; no lock, no allocation. REFRESH_DUE: it is returned too, and one flight gets the next
 * one behind the callers; while those flights fail the token stays, and they come ever more seldom. EXPIRED or absent:
 * all callers wait for one flight, each until its own deadline, and share its token or its failure, which is remembered
 * for a moment.
 *
 * <p>The lock guards the fields marked so; it is never held while a source is asked or a future completed.
 */
final class TokenSlot {
    private static final long FAILURE_HOLDS_NANOS = 1_000_000_000L;
    private static final long FIRST_BACK_OFF_MILLIS = 1_000;
    private static final int MAX_BACK_OFF_SHIFT = 6;
    /** How much longer than its deadline a caller waits for the flight to say what it was busy with. */
    private static final long GRACE_NANOS = 250_000_000L;
    /** What the first source has to itself, and needs no longer if it answers at once. */
    private static final long HEAD_START_NANOS = 50_000_000L;

    private final TokenRequest request;
    private final TokenSourceChain chain;
    private final Executor crew;
    private final Time time;
    private final Duration refreshLimit;

    private volatile @Nullable CachedToken cached;
    /** Whether a caller looks after the token already: those that come at the same moment need not queue for that. */
    private volatile boolean inspected;

    private final Object lock = new Object();
    /** The flight under way. Guarded by lock. */
    private @Nullable Flight flight;
    /** The newest failure of a flight that callers waited for. Guarded by lock. */
    private @Nullable TokenAcquisitionException failure;
    /** When that was, on the steady clock. Guarded by lock. */
    private long failedAt;
    /** How many refreshes failed in a row. Guarded by lock. */
    private int failedRefreshes;
    /** Before this moment no refresh is begun. Guarded by lock. */
    private long noRefreshBefore;

    /**
     * @param request what the tokens here are for
     * @param refreshLimit how long a refresh behind the callers may take
     */
    TokenSlot(TokenRequest request, TokenSourceChain chain, Executor crew, Time time, Duration refreshLimit) {
        this.request = request;
        this.chain = chain;
        this.crew = crew;
        this.time = time;
        this.refreshLimit = refreshLimit;
    }

    /** Whether its tokens are for just this resource, with nothing else named. */
    boolean isFor(String resource) {
        return request.resource().equals(resource);
    }

    /** A token that needs no look at anything; null otherwise. The path of nearly all calls. */
    @Nullable
    CachedToken fresh() {
        CachedToken token = cached;
        return token != null && time.millis() < token.freshUntil ? token : null;
    }

    /** Forgets all, also the flight under way: whoever waits for it still gets its token. */
    void clear() {
        synchronized (lock) {
            reset(null);
        }
    }

    /** Begins anew with a token or without one; the caller holds the lock. */
    private void reset(@Nullable CachedToken token) {
        cached = token;
        flight = null;
        failure = null;
        failedRefreshes = 0;
        noRefreshBefore = 0;
    }

    /** Whether it holds nothing that is of use any more. */
    boolean isStale() {
        synchronized (lock) {
            CachedToken token = cached;
            return flight == null && (token == null || time.millis() >= token.expiresAt);
        }
    }

    /** When its token expires; 0 without one. */
    long expiresAt() {
        CachedToken token = cached;
        return token == null ? 0 : token.expiresAt;
    }

    /**
     * A token, from the cache or after a wait.
     *
     * @throws TokenAcquisitionException if there is none
     */
    CachedToken get(boolean force, Duration limit) {
        CachedToken before = cached;
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return usable;
        }
        long deadline = time.nanos() + limit.toNanos();
        while (true) {
            Flight flight = board(before, force, deadline);
            boolean landed;
            try {
                landed = await(flight, deadline);
            } catch (InterruptedException e) {
                leave(flight);
                Thread.currentThread().interrupt();
                throw Failures.interrupted(request.resource(), e);
            }
            if (!landed) {
                leave(flight);
                throw Failures.timedOut(request.resource(), limit);
            }
            TokenAcquisitionException failed = flight.failure();
            if (failed == null) {
                return requireNonNull(flight.token());
            }
            if (!flight.wasCutShort(failed, deadline) || deadline - time.nanos() <= 0) {
                throw failed.again();
            }
        }
    }

    /** Waits for a flight's end; when that takes longer than a moment, one caller sets the later sources to find out. */
    private boolean await(Flight flight, long deadline) throws InterruptedException {
        if (flight.takeLead()) {
            if (flight.await(Math.min(HEAD_START_NANOS, deadline - time.nanos()))) {
                return true;
            }
            chain.anticipate();
        }
        return flight.await(deadline - time.nanos() + GRACE_NANOS);
    }

    /** The same without a wait of the calling thread; the limit is that of the flight, if this call begins one. */
    CompletableFuture<CachedToken> getAsync(boolean force, Duration limit) {
        CachedToken before = cached;
        CachedToken usable = force ? null : usable(before);
        if (usable != null) {
            return CompletableFuture.completedFuture(usable);
        }
        long deadline = time.nanos() + limit.toNanos();
        Flight flight = board(before, force, deadline);
        return flight.future().exceptionallyCompose(thrown -> {
            boolean again = thrown instanceof TokenAcquisitionException failed && flight.wasCutShort(failed, deadline);
            return again ? getAsync(force, limit) : CompletableFuture.failedFuture(thrown);
        });
    }

    /** The token if it may be handed out now, with what is due set going behind it; null if a flight must be waited for. */
    private @Nullable CachedToken usable(@Nullable CachedToken token) {
        if (token == null) {
            return null;
        }
        long now = time.millis();
        if (now < token.freshUntil) {
            return token;
        }
        if (now >= token.expiresAt) {
            return null;
        }
        if (inspected) {
            return token;
        }
        inspected = true;
        try {
            return inspect(token, now) ? token : null;
        } finally {
            inspected = false;
        }
    }

    /** Looks at what a token has had no look at for a while; false if it is another account's by now. */
    private boolean inspect(CachedToken token, long now) {
        if (!token.isAccountUnchanged()) {
            return false;
        }
        replace(token, token.freshFrom(now));
        if (now >= token.refreshAt) {
            refreshBehind(now);
        }
        return true;
    }

    /** Replaces a token unless a flight was faster. */
    private void replace(CachedToken expected, CachedToken next) {
        synchronized (lock) {
            if (cached == expected) {
                cached = next;
            }
        }
    }

    private void refreshBehind(long now) {
        Flight refresh;
        synchronized (lock) {
            if (flight != null || now < noRefreshBefore) {
                return;
            }
            refresh = new Flight(this, request, time.nanos() + refreshLimit.toNanos(), true);
            flight = refresh;
        }
        takeOff(refresh);
    }

    /**
     * Joins the flight under way or begins one; one that landed meanwhile, or failed a moment ago, will do too.
     *
     * @param before the token that was not good enough; null if there was none
     * @param deadline the caller's, on the steady clock
     */
    private Flight board(@Nullable CachedToken before, boolean force, long deadline) {
        Flight begun;
        synchronized (lock) {
            CachedToken now = cached;
            if (now != null && !now.isSameAs(before) && time.millis() < now.expiresAt) {
                return Flight.over(this, request, deadline, now, null);
            }
            TokenAcquisitionException known = failure;
            if (!force && known != null && time.nanos() - failedAt < FAILURE_HOLDS_NANOS) {
                return Flight.over(this, request, deadline, null, known);
            }
            Flight current = flight;
            if (current != null) {
                current.waiting++;
                return current;
            }
            begun = new Flight(this, request, deadline, false);
            begun.waiting = 1;
            flight = begun;
        }
        takeOff(begun);
        return begun;
    }

    private void takeOff(Flight begun) {
        try {
            crew.execute(begun);
        } catch (RuntimeException | OutOfMemoryError e) {
            // No thread to be had: the flight ends here, or its callers would wait for nothing.
            failed(begun, Failures.unexpected(request.resource(), e));
        }
    }

    /** A caller waits no longer; the last one ends the flight, be it a refresh that has hung since before the expiry. */
    private void leave(Flight left) {
        boolean last;
        synchronized (lock) {
            left.waiting--;
            last = left.waiting == 0 && flight == left;
            if (last) {
                flight = null;
            }
        }
        if (last) {
            left.cancel();
        }
    }

    /** Asks the sources; on the flight's thread. */
    CachedToken acquire(long deadline) throws InterruptedException {
        long left = Math.max(1, deadline - time.nanos());
        return chain.acquire(request.withDeadline(Duration.ofNanos(left)));
    }

    /** A flight came back with a token. */
    void landed(Flight landed, CachedToken token) {
        synchronized (lock) {
            // Not if it was given up or the slot was cleared meanwhile.
            if (flight == landed) {
                reset(token);
            }
        }
        landed.end(token, null);
    }

    /** A flight came back without one. */
    void failed(Flight failed, TokenAcquisitionException e) {
        synchronized (lock) {
            if (flight == failed) {
                flight = null;
                if (failed.background) {
                    long backOff = FIRST_BACK_OFF_MILLIS << Math.min(failedRefreshes, MAX_BACK_OFF_SHIFT);
                    failedRefreshes++;
                    noRefreshBefore = time.millis()
                            + Math.max(
                                    backOff,
                                    e.retryAfter().orElse(Duration.ZERO).toMillis());
                }
                // A deadline tells of the caller that set it, not of the sources.
                if (failed.waiting > 0 && e.code() != TokenAcquisitionException.Code.TIMED_OUT) {
                    failure = e;
                    failedAt = time.nanos();
                }
            }
        }
        if (failed.background) {
            System.getLogger(TokenSlot.class.getName())
                    .log(
                            Level.WARNING,
                            "The token is still valid, but getting the next one failed. {0}",
                            e.getMessage());
        }
        failed.end(null, e);
    }
}
