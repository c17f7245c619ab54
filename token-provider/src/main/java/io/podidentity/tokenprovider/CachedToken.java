package io.podidentity.tokenprovider;

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
 * <p>Until {@code freshUntil} nothing at all needs a look: it is the refresh, the next look at the account, or the next
 * try to refresh, whichever comes first.
 */
final class CachedToken {
    /** How long a change of account may go unnoticed. */
    static final long ACCOUNT_CHECK_MILLIS = 1_000;

    private static final long LONG_LIFE_MILLIS = 2 * 3_600_000L;
    private static final long REFRESH_MARGIN_MILLIS = 5 * 60_000L;

    final AccessToken token;
    private final TokenSourceChain.Walk walk;
    final long refreshAt;
    final long expiresAt;
    final long freshUntil;

    /**
     * A token that was just acquired.
     *
     * @param walk how it was got
     */
    CachedToken(AccessToken token, TokenSourceChain.Walk walk, long nowMillis) {
        this.expiresAt = token.expiresOn().toEpochMilli();
        this.refreshAt = refreshAt(token, nowMillis);
        this.token = token.withRefreshOn(Instant.ofEpochMilli(refreshAt));
        this.walk = walk;
        this.freshUntil = walk.isAccountBound() ? Math.min(refreshAt, nowMillis + ACCOUNT_CHECK_MILLIS) : refreshAt;
    }

    private CachedToken(CachedToken same, long freshUntil) {
        this.token = same.token;
        this.walk = same.walk;
        this.refreshAt = same.refreshAt;
        this.expiresAt = same.expiresAt;
        this.freshUntil = freshUntil;
    }

    /** The same token, with nothing to look at for a second. */
    CachedToken freshFrom(long nowMillis) {
        long next = nowMillis + ACCOUNT_CHECK_MILLIS;
        long bound = nowMillis < refreshAt ? refreshAt : expiresAt;
        return new CachedToken(this, !walk.isAccountBound() && nowMillis < refreshAt ? bound : Math.min(bound, next));
    }

    /** What became of each source when it was got. */
    List<TokenAttempt> attempts() {
        return walk.attempts();
    }

    /** Whether it came from the same flight; an issuer may well hand out an equal token twice. */
    @SuppressWarnings("ReferenceEquality")
    boolean isSameAs(@Nullable CachedToken other) {
        return other != null && other.token == token;
    }

    boolean isAccountUnchanged() {
        return walk.isAccountUnchanged();
    }

    /**
     * The issuer's wish, else half of a life of over two hours, else five minutes before expiry and not before half of
     * the life; each earlier by up to a tenth of what lies before or after it, so that many processes do not refresh together.
     */
    static long refreshAt(AccessToken token, long now) {
        long expiresAt = token.expiresOn().toEpochMilli();
        long life = Math.max(0, expiresAt - now);
        Instant wished = token.refreshOn().orElse(null);
        long at;
        if (wished != null) {
            at = Math.min(wished.toEpochMilli(), expiresAt);
        } else if (life > LONG_LIFE_MILLIS) {
            at = now + life / 2;
        } else {
            at = Math.max(expiresAt - REFRESH_MARGIN_MILLIS, now + life / 2);
        }
        long room = Math.max(0, Math.min(at - now, expiresAt - at));
        long jitter = Math.min(REFRESH_MARGIN_MILLIS, room) / 10;
        return at - ThreadLocalRandom.current().nextLong(jitter + 1);
    }
}
