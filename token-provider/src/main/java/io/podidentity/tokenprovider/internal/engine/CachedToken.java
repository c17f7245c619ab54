// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.Nullable;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A token in the cache, and the moments in its life, in milliseconds since 1970.
 *
 * <pre>
 *   acquired            refreshAt              expiresAt
 *      |------ FRESH ------|---- REFRESH_DUE -----|---- EXPIRED
 * </pre>
 *
 * <p>The age of a token is measured with two clocks, and the larger age counts: the wall clock can be set back, and the
 * steady clock (CLOCK_MONOTONIC) stands still while a laptop sleeps. A hit reads the wall clock only. That is enough
 * during the second after both clocks were read; any other time, be it earlier or later, makes the next caller read
 * both clocks again. So a jump of the wall clock hides an expiry for one second at most, and a sleep hides none.
 *
 * <p><i>Thread-safety:</i> immutable.
 */
public final class CachedToken implements Answer {
    /** For so long a hit reads one clock only, and a change of account (such as {@code az login}) goes unnoticed. */
    static final long CHECK_MILLIS = 1_000;

    /** For so long a stand-in's token is handed out before the source that it stands in for is asked again. */
    static final long STAND_IN_MILLIS = 5_000;

    /** Ten years. A longer life would one day not fit into a long of nanoseconds. */
    private static final long MAX_LIFE_MILLIS = 10 * 365 * 86_400_000L;

    private static final long LONG_LIFE_MILLIS = 2 * 3_600_000L;
    private static final long REFRESH_MARGIN_MILLIS = 5 * 60_000L;
    private static final long NANOS = 1_000_000;

    public final AccessToken token;
    final ChainRun run;
    /** When the source that issued the token is to be asked again; a stand-in's {@link #refreshAt} is earlier. */
    private final long dueAt;

    final long refreshAt;
    final long expiresAt;
    /** When the token was acquired, on the wall clock. */
    private final long bornMillis;
    /** When the token was acquired, on the steady clock. */
    private final long bornNanos;
    /** When both clocks were read last, on the wall clock. */
    private final long checkedAt;
    /** For how many milliseconds after {@link #checkedAt} the token is fresh without another look. */
    private final long window;

    CachedToken(AccessToken token, ChainRun run, long millis, long nanos) {
        this.expiresAt = computeExpiresAt(token, millis);
        this.dueAt = computeRefreshAt(token, millis);
        if (run.standIn().isEmpty()) {
            this.refreshAt = dueAt;
        } else {
            this.refreshAt = Math.min(dueAt, millis + STAND_IN_MILLIS);
        }
        this.token = token.withRefreshOn(Instant.ofEpochMilli(refreshAt));
        this.run = run;
        this.bornMillis = millis;
        this.bornNanos = nanos;
        this.checkedAt = millis;
        this.window = Math.min(CHECK_MILLIS, refreshAt - millis);
    }

    private CachedToken(CachedToken same, AccessToken token, long refreshAt, long checkedAt, long window) {
        this.token = token;
        this.run = same.run;
        this.dueAt = same.dueAt;
        this.refreshAt = refreshAt;
        this.expiresAt = same.expiresAt;
        this.bornMillis = same.bornMillis;
        this.bornNanos = same.bornNanos;
        this.checkedAt = checkedAt;
        this.window = window;
    }

    /** Whether the token may be handed out without a look at anything but the wall clock, as for nearly all calls. */
    boolean isFresh(long millis) {
        long since = millis - checkedAt;
        return since >= 0 && since < window;
    }

    /** The same token after both clocks were read: fresh for a second, or until its next moment if that is earlier. */
    CachedToken afterCheck(long millis, long nanos) {
        long next = refreshAt;
        if (isRefreshDue(millis, nanos)) {
            next = expiresAt;
        }
        long left = next - bornMillis - ageMillis(millis, nanos);
        return new CachedToken(this, token, refreshAt, millis, Math.min(CHECK_MILLIS, left));
    }

    /**
     * The same token, standing in for some seconds more. Null if it does not stand in, if its own source is to be asked
     * again, or if the account that its source reads has changed.
     */
    @Nullable
    CachedToken standInLonger(long millis, long nanos) {
        if (run.standIn().isEmpty()) {
            return null;
        }
        long now = bornMillis + ageMillis(millis, nanos);
        long next = Math.min(dueAt, now + STAND_IN_MILLIS);
        if (next <= now || !run.isAccountUnchanged()) {
            return null;
        }
        AccessToken refreshedLater = token.withRefreshOn(Instant.ofEpochMilli(next));
        return new CachedToken(this, refreshedLater, next, millis, Math.min(CHECK_MILLIS, next - now));
    }

    boolean isRefreshDue(long millis, long nanos) {
        return ageMillis(millis, nanos) >= refreshAt - bornMillis;
    }

    boolean isExpired(long millis, long nanos) {
        return ageMillis(millis, nanos) >= expiresAt - bornMillis;
    }

    boolean isNewerThan(CachedToken other) {
        return bornNanos - other.bornNanos > 0;
    }

    /** How old the token is at these readings of the wall clock and the steady clock. */
    long ageMillis(long millis, long nanos) {
        return Math.max(millis - bornMillis, (nanos - bornNanos) / NANOS);
    }

    public List<TokenAttempt> attempts() {
        return run.attempts();
    }

    /** By how much the wall clock went ahead of the steady clock since the token came; negative if it fell behind. */
    long driftMillis(long millis, long nanos) {
        return millis - bornMillis - (nanos - bornNanos) / NANOS;
    }

    /** Whether both came from the same request. Equal texts do not show that: an issuer may hand a token out twice. */
    @SuppressWarnings("ReferenceEquality")
    boolean isSameAs(@Nullable CachedToken other) {
        return other != null && other.token == token;
    }

    /**
     * When the next token is to be asked for. The issuer's wish comes first. Without a wish it is half of a life of
     * over two hours, else five minutes before the expiry, but not before half of the life. Up to 30 s are taken off at
     * random, and less of a short life, so that processes that started together do not refresh together.
     */
    static long computeRefreshAt(AccessToken token, long now) {
        long expiresAt = computeExpiresAt(token, now);
        long life = expiresAt - now;
        Instant wished = token.refreshOn().orElse(null);
        long at;
        if (wished != null) {
            at = clampMillis(wished, now, expiresAt);
        } else if (life > LONG_LIFE_MILLIS) {
            at = now + life / 2;
        } else {
            at = Math.max(expiresAt - REFRESH_MARGIN_MILLIS, now + life / 2);
        }
        long room = Math.min(at - now, expiresAt - at);
        long jitter = Math.min(REFRESH_MARGIN_MILLIS, room) / 10;
        return at - ThreadLocalRandom.current().nextLong(jitter + 1);
    }

    private static long computeExpiresAt(AccessToken token, long now) {
        return clampMillis(token.expiresOn(), now, now + MAX_LIFE_MILLIS);
    }

    /**
     * A moment in milliseconds, moved to the nearer bound if it lies outside; an Instant can be too large for a long.
     */
    private static long clampMillis(Instant moment, long earliest, long latest) {
        if (moment.compareTo(Instant.ofEpochMilli(latest)) >= 0) {
            return latest;
        }
        if (moment.compareTo(Instant.ofEpochMilli(earliest)) <= 0) {
            return earliest;
        }
        return moment.toEpochMilli();
    }
}
