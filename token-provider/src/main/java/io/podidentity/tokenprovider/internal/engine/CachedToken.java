package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A token in the cache, and the moments in its life, in milliseconds since 1970.
 *
 * <pre>
 *   acquired            refreshAt              expiresAt
 *      |------ FRESH ------|---- REFRESH_DUE -----|---- EXPIRED
 * </pre>
 *
 * <p>The wall clock can be set back, and the steady clock stands still while a laptop sleeps (CLOCK_MONOTONIC): a token
 * is as old as the one says that says more. A hit reads the wall clock alone, and only within a second after both were
 * read: a time outside of that second, on either side, makes the next caller look at both. So no jump of the wall clock
 * hides an expiry for longer than that second, and a sleep hides none.
 */
public final class CachedToken implements Answer {
    /** How long a token is handed out with a look at one clock alone, and a change of account may go unnoticed. */
    static final long CHECK_MILLIS = 1_000;

    /** How long a token that stands in for that of another source is handed out before that one is asked again. */
    static final long STAND_IN_MILLIS = 5_000;

    /** Ten years; what a token promises beyond would not fit into nanoseconds one day. */
    private static final long MAX_LIFE_MILLIS = 10 * 365 * 86_400_000L;

    private static final long LONG_LIFE_MILLIS = 2 * 3_600_000L;
    private static final long REFRESH_MARGIN_MILLIS = 5 * 60_000L;
    private static final long NANOS = 1_000_000;

    public final AccessToken token;
    final ChainRun run;
    /** When its own source is to be asked again, be it a stand-in or not. */
    private final long dueAt;

    final long refreshAt;
    final long expiresAt;
    /** When it was acquired, on the wall clock, and on the steady one. */
    private final long bornMillis;

    private final long bornNanos;
    /** When both clocks were read last; the wall clock. */
    private final long checkedAt;
    /** How long from then on nothing needs a look. */
    private final long window;

    CachedToken(AccessToken token, ChainRun run, long millis, long nanos) {
        this.expiresAt = expiresAt(token, millis);
        this.dueAt = refreshAt(token, millis);
        this.refreshAt = run.standIn().isEmpty() ? dueAt : Math.min(dueAt, millis + STAND_IN_MILLIS);
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

    /** Whether it may be handed out with no look at anything else: what nearly all calls ask. */
    boolean isFresh(long millis) {
        long since = millis - checkedAt;
        return since >= 0 && since < window;
    }

    /** The same token, with nothing to look at for a second. */
    CachedToken checked(long millis, long nanos) {
        long age = age(millis, nanos);
        long bound = (isRefreshDue(millis, nanos) ? expiresAt : refreshAt) - bornMillis - age;
        return new CachedToken(this, token, refreshAt, millis, Math.min(CHECK_MILLIS, bound));
    }

    /** The same token for some seconds more, if it stands in for another one's and its own source need not be asked. */
    @Nullable
    CachedToken standingInAgain(long millis, long nanos) {
        long age = age(millis, nanos);
        long next = Math.min(dueAt, bornMillis + age + STAND_IN_MILLIS);
        long left = next - bornMillis - age;
        return run.standIn().isEmpty() || left <= 0 || !run.isAccountUnchanged()
                ? null
                : new CachedToken(
                        this,
                        token.withRefreshOn(Instant.ofEpochMilli(next)),
                        next,
                        millis,
                        Math.min(CHECK_MILLIS, left));
    }

    boolean isRefreshDue(long millis, long nanos) {
        return age(millis, nanos) >= refreshAt - bornMillis;
    }

    boolean isExpired(long millis, long nanos) {
        return age(millis, nanos) >= expiresAt - bornMillis;
    }

    boolean isNewerThan(CachedToken other) {
        return bornNanos - other.bornNanos > 0;
    }

    long age(long millis, long nanos) {
        return Math.max(millis - bornMillis, (nanos - bornNanos) / NANOS);
    }

    public List<TokenAttempt> attempts() {
        return run.attempts();
    }

    /** By how much the wall clock is ahead of the steady clock since it came, in milliseconds; negative if behind. */
    long drift(long millis, long nanos) {
        return millis - bornMillis - (nanos - bornNanos) / NANOS;
    }

    /** Whether it came from the same request; an issuer may well hand out an equal token twice. */
    @SuppressWarnings("ReferenceEquality")
    boolean isSameAs(@Nullable CachedToken other) {
        return other != null && other.token == token;
    }

    /**
     * The issuer's wish, else half of a life of over two hours, else five minutes before expiry and not before half of
     * the life; each earlier by up to a tenth of what lies before or after it, so that many processes do not refresh
     * together.
     */
    static long refreshAt(AccessToken token, long now) {
        long expiresAt = expiresAt(token, now);
        long life = expiresAt - now;
        Instant wished = token.refreshOn().orElse(null);
        long at;
        if (wished != null) {
            at = millis(wished, now, expiresAt);
        } else if (life > LONG_LIFE_MILLIS) {
            at = now + life / 2;
        } else {
            at = Math.max(expiresAt - REFRESH_MARGIN_MILLIS, now + life / 2);
        }
        long room = Math.min(at - now, expiresAt - at);
        long jitter = Math.min(REFRESH_MARGIN_MILLIS, room) / 10;
        return at - ThreadLocalRandom.current().nextLong(jitter + 1);
    }

    private static long expiresAt(AccessToken token, long now) {
        return millis(token.expiresOn(), now, now + MAX_LIFE_MILLIS);
    }

    /** A moment in milliseconds, within these bounds: an Instant reaches further than they count. */
    private static long millis(Instant moment, long earliest, long latest) {
        if (moment.compareTo(Instant.ofEpochMilli(latest)) >= 0) {
            return latest;
        }
        return moment.compareTo(Instant.ofEpochMilli(earliest)) <= 0 ? earliest : moment.toEpochMilli();
    }
}
