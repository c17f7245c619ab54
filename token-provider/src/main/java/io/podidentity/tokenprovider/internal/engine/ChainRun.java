package io.podidentity.tokenprovider.internal.engine;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import io.podidentity.tokenprovider.internal.source.AccountBound;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of a chain: what became of each source that was asked. A cached token keeps it as its origin.
 *
 * <p><i>Thread-safety:</i> one thread asks the sources; any thread may ask for {@link #attempts}, also meanwhile.
 */
final class ChainRun {
    /** How long a token that stands in for that of another source is handed out before that one is asked again. */
    static final long STAND_IN_MILLIS = 5_000;

    private static final int GUID_LENGTH = 36;

    /** Which of the chain's beginnings it belongs to: what is forgotten meanwhile must not come back by it. */
    final int epoch;

    /** Whether its source is the one that is asked alone from now on. Used by the thread that asks. */
    boolean hasPinned;

    /** Whether its token only stands in for one of {@link #absent}. Used by the thread that asks. */
    boolean standsIn;

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
    /** The first source that belongs here and has no token, for which a later one stands in; null for none. */
    @Nullable
    TokenSource absent;

    private String absence = "";
    private boolean unheard;
    /** Whether nobody waits for it any more: it ends before the next source. Set before its thread is interrupted. */
    volatile boolean cancelled;
    /** Whether its token is for programs that handle claims challenges alone, or for the others alone. */
    boolean caeAware;
    /** What speaks against the token's identity; empty for nothing. */
    private volatile String caveat = "";

    ChainRun(TokenRequest request, List<TokenSource> sources, Time time, int epoch, @Nullable ForcedCall forced) {
        this.request = request;
        this.forced = forced;
        this.sources = sources;
        this.time = time;
        this.epoch = epoch;
        this.deadline = time.nanos() + request.deadline().orElseThrow().toNanos();
    }

    boolean hasFailed() {
        return failure != null;
    }

    synchronized void pass() {
        misses.add(null);
    }

    boolean namesIdentity() {
        return request.identity().isPresent();
    }

    String describeStandIn(AccessToken token) {
        return token.source() + " stands in for " + requireNonNull(absent).name() + ", which is asked again in "
                + STAND_IN_MILLIS / 1000 + " s and has no token now: " + absence + ".";
    }

    /** Takes back a failure that the time alone was too short for; false if it is none, or not to be mended so. */
    synchronized boolean takeBackFailure() {
        if (failure == null || !failure.isTransient() || deadline - time.nanos() <= 0) {
            return false;
        }
        failure = null;
        misses.remove(misses.size() - 1);
        return true;
    }

    /** Asks a source: its token, or null if it has none, which is noted. */
    @Nullable
    AccessToken ask(TokenSource source, long patience) throws InterruptedException {
        long start = time.nanos();
        long left = deadline - start;
        if (left <= 0) {
            failure = new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", "");
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
                requireUsable(acquired.token(), source.name(), time.millis());
                requireTenant(source, acquired.token());
                caveat = acquired.caveat();
                caeAware = acquired.caeAware();
                return acquired.token();
            }
            if (outcome == null) {
                fail(source, Failures.answeredNull());
            } else if (outcome instanceof TokenSource.Silent mute) {
                unheard = true;
                keepAbsent(source, mute.reason());
                record(source, State.UNAVAILABLE, mute.reason(), mute.remedy());
            } else {
                TokenSource.Unavailable unavailable = (TokenSource.Unavailable) outcome;
                if (source instanceof Anticipating later && later.isEvident()) {
                    keepAbsent(source, unavailable.reason());
                }
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

    String caveat() {
        return caveat;
    }

    synchronized void arrive() {
        nanos = time.nanos() - nanos;
        asked = null;
        arrived = true;
        // What is kept with the token is kept small.
        misses.trimToSize();
    }

    private void keepAbsent(TokenSource source, String reason) {
        if (absent == null) {
            absent = source;
            absence = reason;
        }
    }

    private synchronized void begin(TokenSource source, long start) {
        asked = source;
        nanos = start;
    }

    /** Makes sure that a token can be sent in a header and has not expired. */
    static void requireUsable(AccessToken token, String source, long nowMillis) {
        if (!TokenResponse.canBeSent(token.value()) || !TokenResponse.canBeSent(token.tokenType())) {
            throw invalid(source + " answered with a token that has a character which no header takes");
        }
        if (token.expiresOn().compareTo(Instant.ofEpochMilli(nowMillis)) <= 0) {
            throw invalid(source + " answered with a token that expired at " + token.expiresOn());
        }
    }

    private static TokenAcquisitionException invalid(String reason) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, reason, "Compare this machine's clock, and check what answers there.");
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
                    "Sign in to that tenant, or ask for no other one.");
        }
    }

    private void fail(TokenSource source, TokenAcquisitionException e) {
        failure = e;
        record(source, State.FAILED, e.reason(), e.remedy());
    }

    synchronized void record(TokenSource source, State state, String reason, String remedy) {
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
                String reason = waits ? "it waits for its turn" + ForcedCall.LIMIT : "it has not come back yet";
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

    TokenAcquisitionException failure() {
        TokenAcquisitionException own = failure;
        if (own == null) {
            boolean late = time.nanos() - deadline >= 0;
            Code code = unheard ? Code.SERVICE_UNAVAILABLE : late ? Code.TIMED_OUT : Code.NO_SOURCE_AVAILABLE;
            own = new TokenAcquisitionException(code, "no source has a token here", "");
        }
        return Failures.ofCall(own, request.resource(), attempts());
    }
}
