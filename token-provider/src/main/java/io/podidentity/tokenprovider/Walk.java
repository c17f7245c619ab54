package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One walk along a chain of sources; what a cached token knows of its origin.
 *
 * <p><i>Thread-safety:</i> one thread walks; {@link #attempts} may be asked by any, also meanwhile.
 */
final class Walk {
    private static final int GUID_LENGTH = 36;

    /** Which of the chain's beginnings it belongs to: what is forgotten meanwhile must not come back by it. */
    final int epoch;

    /** Whether its source is the one that is asked alone from now on. Used by the thread that walks. */
    boolean hasPinned;

    private final TokenRequest request;
    private final List<TokenSource> sources;
    private final Time time;
    private final @Nullable ForcedCall forced;
    private final long deadline;
    /**
     * What became of the sources before the one that has the token; null for one that was not asked. Guarded by this.
     */
    private final ArrayList<@Nullable TokenAttempt> misses = new ArrayList<>();

    /** The source that is asked; null before the first and after the last. Guarded by this. */
    private @Nullable TokenSource asked;
    /** When that began, and then how long it took to get the token. Guarded by this. */
    private long nanos;
    /** Whether it has the token. Guarded by this. */
    private boolean arrived;

    /** Of which kinds of events it was said that they are news; null for none. Guarded by this. */
    private @Nullable Set<TokenListener.Kind> told;

    private @Nullable AccountBound account;
    private long fingerprint;
    private @Nullable TokenAcquisitionException failure;
    private @Nullable TokenSource unheard;
    /** Whether nobody waits for it any more, so that it is to end. */
    private volatile boolean cancelled;
    /** What speaks against the token's identity; empty for nothing. */
    private volatile String caveat = "";

    /**
     * @param request what is asked for, with a deadline
     * @param forced the call, if it is a forced one; null if not
     */
    Walk(TokenRequest request, List<TokenSource> sources, Time time, int epoch, @Nullable ForcedCall forced) {
        this.request = request;
        this.forced = forced;
        this.sources = sources;
        this.time = time;
        this.epoch = epoch;
        this.deadline = time.nanos() + request.deadline().orElseThrow().toNanos();
    }

    /** Has it end before the next source is asked; who interrupts its thread says so here first. */
    void cancel() {
        cancelled = true;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Leaves a source out. */
    synchronized void pass() {
        misses.add(null);
    }

    /** Whether it is for one identity, whichever source hands that out. */
    boolean namesIdentity() {
        return request.identity().isPresent();
    }

    /** The first source that belongs here and did not answer; null if all did. */
    @Nullable
    TokenSource unheard() {
        return unheard;
    }

    /**
     * Asks a source: its token, or null if it has none, which is noted.
     *
     * @param patience how long it may take at most, in nanoseconds
     */
    @Nullable
    AccessToken ask(TokenSource source, long patience) throws InterruptedException {
        long start = time.nanos();
        long left = deadline - start;
        if (left <= 0) {
            failure = new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", "", null);
            return null;
        }
        if (cancelled) {
            throw new InterruptedException();
        }
        begin(source, start);
        try {
            if (forced != null) {
                forced.await(source, deadline);
                left = Math.max(1, deadline - time.nanos());
            }
            // Read before the source is asked: a change of account during the call is then seen after it.
            account = source instanceof AccountBound bound ? bound : null;
            fingerprint = account == null ? 0 : account.accountFingerprint();
            TokenSource.Outcome outcome =
                    source.acquire(request.withDeadline(Duration.ofNanos(Math.min(left, patience))));
            if (outcome instanceof TokenSource.Acquired acquired) {
                TokenCheck.require(acquired.token(), source.name(), time.millis());
                requireTenant(source, acquired.token());
                caveat = acquired.caveat();
                return acquired.token();
            }
            if (outcome == null) {
                fail(source, Failures.answeredNull());
            } else if (outcome instanceof TokenSource.Silent mute) {
                unheard = unheard == null ? source : unheard;
                record(source, State.UNAVAILABLE, mute.reason(), mute.remedy());
            } else {
                TokenSource.Unavailable unavailable = (TokenSource.Unavailable) outcome;
                record(source, State.UNAVAILABLE, unavailable.reason(), unavailable.remedy());
            }
        } catch (TokenAcquisitionException e) {
            fail(source, e);
        } catch (Throwable e) { // Whatever a source of the user's own throws, errors and checked exceptions too.
            if (cancelled && e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            fail(source, Failures.thrownBy(e));
        }
        return null;
    }

    /** The token of the source that was asked last is what was looked for. */
    synchronized void arrive() {
        nanos = time.nanos() - nanos;
        asked = null;
        arrived = true;
        // What is kept with the token is kept small.
        misses.trimToSize();
    }

    /** The token of the source that was asked last is of no use. */
    void turnDown(TokenSource source, String reason, String remedy) {
        record(source, State.UNAVAILABLE, reason, remedy);
    }

    private synchronized void begin(TokenSource source, long start) {
        asked = source;
        nanos = start;
    }

    /** A source that does not know other tenants than its own answers with a token that the resource would refuse. */
    private void requireTenant(TokenSource source, AccessToken acquired) {
        String tenant = request.tenantId().orElse(null);
        // A tenant can be named by a domain too, which no token shows.
        if (tenant == null || tenant.length() != GUID_LENGTH || tenant.indexOf('.') >= 0) {
            return;
        }
        String got = acquired.principal().flatMap(Principal::tenantId).orElse(null);
        if (got != null && !got.equalsIgnoreCase(tenant)) {
            throw new TokenAcquisitionException(
                    Code.REFUSED,
                    source.name() + " answered with a token of tenant " + got + ", not of " + tenant,
                    "Sign in to that tenant, or ask for no other one.",
                    null);
        }
    }

    private void fail(TokenSource source, TokenAcquisitionException e) {
        failure = e;
        record(source, State.FAILED, e.reason(), e.remedy());
    }

    private synchronized void record(TokenSource source, State state, String reason, String remedy) {
        asked = null;
        misses.add(new TokenAttempt(source.name(), state, Duration.ofNanos(time.nanos() - nanos), reason, remedy));
    }

    /** What became of each source, or has so far; made when somebody asks, which for a token that was got is seldom. */
    synchronized List<TokenAttempt> attempts() {
        List<TokenAttempt> attempts = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            String name = sources.get(i).name();
            TokenAttempt miss = i < misses.size() ? misses.get(i) : null;
            if (miss != null) {
                attempts.add(miss);
            } else if (i == misses.size() && asked != null) {
                Duration since = Duration.ofNanos(time.nanos() - nanos);
                boolean waits = forced != null && forced.isWaiting();
                String reason = waits ? "it waits for its turn" + ForcedCall.LIMIT : "it has not answered yet";
                attempts.add(new TokenAttempt(name, State.FAILED, since, reason, ""));
            } else if (i == misses.size() && arrived) {
                attempts.add(new TokenAttempt(name, State.ACQUIRED, Duration.ofNanos(nanos), caveat, ""));
            } else {
                attempts.add(new TokenAttempt(name, State.NOT_TRIED, Duration.ZERO, "", ""));
            }
        }
        return attempts;
    }

    /** Whether a listener is to be told this of its token: the first time that it is asked. */
    synchronized boolean isNews(TokenListener.Kind kind) {
        told = told == null ? EnumSet.noneOf(TokenListener.Kind.class) : told;
        return told.add(kind);
    }

    /** Whether what the token's source signs in with is as it was. */
    boolean isAccountUnchanged() {
        return account == null || account.accountFingerprint() == fingerprint;
    }

    /** Why there is no token. */
    TokenAcquisitionException failure() {
        TokenAcquisitionException own = failure;
        if (own == null) {
            boolean late = time.nanos() - deadline >= 0;
            Code code = unheard != null ? Code.SERVICE_UNAVAILABLE : late ? Code.TIMED_OUT : Code.NO_SOURCE_AVAILABLE;
            own = new TokenAcquisitionException(code, "no source has a token here", "", null);
        }
        return Failures.ofCall(own, request.resource(), attempts());
    }
}
