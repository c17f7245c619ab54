package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sources in an order: the first that applies answers. Its first success pins it, so that a process never changes its
 * identity in silence: from then on it alone is asked, and its "not here" is an error.
 *
 * <p>Two kinds of success pin nothing. A source behind one that belongs here and was silent only stands in for it: the
 * silent one is asked again each time, for a moment only. And a request that names an identity gets that identity from
 * whichever source hands it out, so it neither needs the pin nor decides it for others.
 */
final class TokenSourceChain {
    private static final String OTHER_IDENTITY = "another source gave this process its identity meanwhile";

    private static final int GUID_LENGTH = 36;

    /** How long a source that was silent, and that another one stands in for, is waited for again. */
    private static final long SILENT_AGAIN_NANOS = 3_000_000_000L;

    private final List<TokenSource> sources;
    private final Time time;
    private volatile @Nullable TokenSource pinned;
    /** The source that was silent when another one stood in for it; null if none did, or it is back. */
    private volatile @Nullable TokenSource silent;
    /** The newest token; null while its sources were never asked with success, or were forgotten. */
    private volatile @Nullable AccessToken newest;

    TokenSourceChain(List<TokenSource> sources, Time time) {
        this.sources = List.copyOf(sources);
        this.time = time;
    }

    /** The names of the sources, in their order. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        for (TokenSource source : sources) {
            names.add(source.name());
        }
        return names.toString();
    }

    /** Forgets which source answered first. */
    void unpin() {
        pinned = null;
        silent = null;
        newest = null;
    }

    /**
     * Asks the sources.
     *
     * @param request what is asked for, with a deadline
     * @throws TokenAcquisitionException if no source has a token, with all attempts
     */
    CachedToken acquire(TokenRequest request) throws InterruptedException {
        Walk walk = new Walk(request);
        boolean first = pinned == null;
        for (TokenSource source : sources) {
            // Looked at each time: a walk for another request may have pinned a source meanwhile.
            TokenSource only = walk.namesIdentity() ? null : pinned;
            if (walk.isOver() || (only != null && source != only)) {
                walk.pass();
            } else {
                walk.ask(source);
            }
        }
        if (first) {
            abandon();
        }
        return walk.result();
    }

    /** Keeps the first source that answered; false if another one was faster. */
    private synchronized boolean pin(TokenSource source) {
        if (pinned == null) {
            pinned = source;
            silent = null;
        }
        return pinned == source;
    }

    /** Lets the sources after the first find out, beside the one that is asked, whether they apply. */
    void anticipate() {
        for (int i = 1; i < sources.size() && pinned == null; i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.anticipate();
            }
        }
    }

    /** Lets them give that up. */
    private void abandon() {
        for (int i = 1; i < sources.size(); i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.abandon();
            }
        }
    }

    /** The token with the principal object of the one before it. The first one has none before it, and is not read. */
    private AccessToken withKnownPrincipal(AccessToken token) {
        AccessToken before = newest;
        AccessToken shared = before == null ? token : token.withPrincipalOf(before);
        newest = shared;
        return shared;
    }

    /** One walk along the chain; what a cached token knows of its origin. */
    final class Walk {
        private final TokenRequest request;
        private final long deadline;
        /** What became of the sources before the one that has the token; null for one that was not asked. */
        private final ArrayList<@Nullable TokenAttempt> misses = new ArrayList<>();

        private @Nullable AccessToken token;
        /** How long the source took that has the token. */
        private long nanos;

        private @Nullable AccountBound account;
        private long fingerprint;
        private @Nullable TokenAcquisitionException failure;
        /** The first source that was silent. */
        private @Nullable TokenSource unheard;
        /** What speaks against the token's identity; empty for nothing. */
        private String caveat = "";

        Walk(TokenRequest request) {
            this.request = request;
            this.deadline = time.nanos() + request.deadline().orElseThrow().toNanos();
        }

        boolean isOver() {
            return token != null || failure != null;
        }

        boolean namesIdentity() {
            return request.identity().isPresent();
        }

        /** Whether a token of this source is to be used; false if another one gave the process its identity meanwhile. */
        private boolean accept(TokenSource source) {
            if (namesIdentity()) {
                return true;
            }
            if (unheard == null) {
                return pin(source);
            }
            silent = unheard;
            TokenSource only = pinned;
            return only == null || only == source;
        }

        void pass() {
            if (token == null) {
                misses.add(null);
            }
        }

        void ask(TokenSource source) throws InterruptedException {
            long start = time.nanos();
            long left = deadline - start;
            if (left <= 0) {
                failure = new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", "", null);
                pass();
                return;
            }
            // Read before the source is asked: a change of account during the call is then seen after it.
            account = source instanceof AccountBound bound ? bound : null;
            fingerprint = account == null ? 0 : account.accountFingerprint();
            try {
                // Somebody stands in for it, who should not be kept waiting.
                long patience = source == silent ? Math.min(left, SILENT_AGAIN_NANOS) : left;
                TokenSource.Outcome outcome = source.acquire(request.withDeadline(Duration.ofNanos(patience)));
                if (outcome instanceof TokenSource.Acquired acquired) {
                    acquired.token().requireUsable(source.name(), time.millis());
                    requireTenant(source, acquired.token());
                    if (accept(source)) {
                        token = acquired.token();
                        caveat = acquired.caveat();
                        nanos = time.nanos() - start;
                    } else {
                        record(source, State.UNAVAILABLE, start, OTHER_IDENTITY, "Try again.");
                    }
                } else if (outcome instanceof TokenSource.Silent mute) {
                    unheard = unheard == null ? source : unheard;
                    record(source, State.UNAVAILABLE, start, mute.reason(), mute.remedy());
                } else {
                    TokenSource.Unavailable unavailable = (TokenSource.Unavailable) outcome;
                    record(source, State.UNAVAILABLE, start, unavailable.reason(), unavailable.remedy());
                }
            } catch (TokenAcquisitionException e) {
                fail(source, start, e);
            } catch (RuntimeException e) {
                // A source of the user's own. Its message is not shown, since nobody knows what is in it.
                String reason = "it threw " + e.getClass().getName();
                fail(source, start, new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, "", e));
            }
        }

        /** A source that does not know other tenants than its own answers with a token that the resource would refuse. */
        private void requireTenant(TokenSource source, AccessToken acquired) {
            String asked = request.tenantId().orElse(null);
            // A tenant can be named by a domain too, which no token shows.
            if (asked == null || asked.length() != GUID_LENGTH || asked.indexOf('.') >= 0) {
                return;
            }
            String got = acquired.principal().flatMap(Principal::tenantId).orElse(null);
            if (got != null && !got.equalsIgnoreCase(asked)) {
                throw new TokenAcquisitionException(
                        Code.REFUSED,
                        source.name() + " answered with a token of tenant " + got + ", not of " + asked,
                        "Sign in to that tenant, or ask for no other one.",
                        null);
            }
        }

        private void fail(TokenSource source, long start, TokenAcquisitionException e) {
            failure = e;
            record(source, State.FAILED, start, e.reason(), e.remedy());
        }

        private void record(TokenSource source, State state, long start, String reason, String remedy) {
            Duration duration = Duration.ofNanos(time.nanos() - start);
            misses.add(new TokenAttempt(source.name(), state, duration, reason, remedy));
        }

        /** What became of each source; made when somebody asks, which for a token that was got is seldom. */
        List<TokenAttempt> attempts() {
            List<TokenAttempt> attempts = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                String name = sources.get(i).name();
                TokenAttempt miss = i < misses.size() ? misses.get(i) : null;
                if (miss != null) {
                    attempts.add(miss);
                } else if (i == misses.size()) {
                    attempts.add(new TokenAttempt(name, State.ACQUIRED, Duration.ofNanos(nanos), caveat, ""));
                } else {
                    attempts.add(new TokenAttempt(name, State.NOT_TRIED, Duration.ZERO, "", ""));
                }
            }
            return attempts;
        }

        boolean isAccountBound() {
            return account != null;
        }

        /** Whether what the token's source signs in with is as it was. */
        boolean isAccountUnchanged() {
            return account == null || account.accountFingerprint() == fingerprint;
        }

        CachedToken result() {
            AccessToken acquired = token;
            if (acquired != null) {
                // What is kept with the token is kept small.
                token = null;
                misses.trimToSize();
                return new CachedToken(withKnownPrincipal(acquired), this, time.millis());
            }
            TokenAcquisitionException own = failure;
            if (own == null) {
                boolean late = time.nanos() - deadline >= 0;
                Code code =
                        unheard != null ? Code.SERVICE_UNAVAILABLE : late ? Code.TIMED_OUT : Code.NO_SOURCE_AVAILABLE;
                own = new TokenAcquisitionException(code, "no source has a token here", "", null);
            }
            throw own.ofCall(request.resource(), attempts());
        }
    }
}
