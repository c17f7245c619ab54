package io.podidentity.tokenprovider.internal.engine;

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
import io.podidentity.tokenprovider.internal.source.ActingForUsers;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of a chain: asks one source after the other, and notes what became of each. A cached token keeps it as its
 * origin.
 *
 * <p><i>Thread-safety:</i> one thread asks the sources; any thread may call the other methods, also meanwhile.
 */
final class ChainRun {
    private static final int GUID_LENGTH = 36;

    /** Which of the chain's beginnings it belongs to: what is forgotten meanwhile must not come back by it. */
    final int epoch;

    private final TokenRequest request;
    private final List<TokenSource> sources;
    private final Time time;
    /** When it must be over, on the steady clock, in nanoseconds. */
    private final long deadline;
    /** Keeps forced calls apart; null for a call that is not forced. */
    private final @Nullable ForcedCallInterval interval;
    /** Whether it still has to keep that interval. */
    private volatile boolean keepsInterval;
    /** Whether it waits for that just now. */
    private volatile boolean waitsForInterval;
    /** Whether nobody waits for it any more: it ends before the next source. Set before its thread is interrupted. */
    private volatile boolean givenUp;

    /**
     * Why each source so far has no token, in the order of the sources; null for a source that was passed over. So its
     * size is the index of the source that is asked, or that has the token. Guarded by this.
     */
    private final ArrayList<@Nullable TokenAttempt> misses = new ArrayList<>();
    /** The source that is asked; null before the first and after the last. Guarded by this. */
    private @Nullable TokenSource asked;
    /** Since when that source is asked, on the steady clock. Guarded by this. */
    private long askedSince;
    /** Where the token comes from; null while there is none. Guarded by this. */
    private @Nullable Origin origin;
    /** Of which kinds of events it was said that they are news; null for none. Guarded by this. */
    private @Nullable Set<TokenListener.Kind> told;

    /** Where the token of a run comes from. */
    private static final class Origin {
        private final TokenSource source;
        /** Whose account the source read, as {@link TokenSource#account} has it; null for none. */
        private final @Nullable Object account;

        private final TokenSource.Acquired answer;
        /** How long that took. */
        private final long tookNanos;
        /** Whether the source is the one that is asked alone from now on. */
        private final boolean pins;
        /** Why the token only stands in for that of another source, for people; empty if it does not. */
        private final String standIn;

        Origin(
                TokenSource source,
                @Nullable Object account,
                TokenSource.Acquired answer,
                long tookNanos,
                boolean pins,
                String standIn) {
            this.source = source;
            this.account = account;
            this.answer = answer;
            this.tookNanos = tookNanos;
            this.pins = pins;
            this.standIn = standIn;
        }
    }

    ChainRun(
            TokenRequest request,
            List<TokenSource> sources,
            Time time,
            int epoch,
            long deadline,
            @Nullable ForcedCallInterval interval) {
        this.request = request;
        this.sources = sources;
        this.time = time;
        this.epoch = epoch;
        this.deadline = deadline;
        this.interval = interval;
        this.keepsInterval = interval != null;
    }

    /**
     * Whether its token says nothing of the identity that the process has: the request names another one, or a user.
     */
    boolean namesIdentity() {
        return request.identity().isPresent() || request.isOnBehalfOfUser();
    }

    void giveUp() {
        givenUp = true;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** Has it wait for no interval any more: a call that is not forced waits for it too. */
    void skipInterval() {
        ForcedCallInterval kept = interval;
        if (kept != null && keepsInterval) {
            keepsInterval = false;
            kept.lookAgain();
        }
    }

    boolean isLate() {
        return time.nanos() - deadline >= 0;
    }

    /**
     * Notes that a source is asked from now on.
     *
     * @return whose account it reads, as {@link TokenSource#account} has it: a change during the call is seen after it
     * @throws TokenAcquisitionException if the source cannot say so
     */
    @Nullable
    Object begin(TokenSource source) {
        synchronized (this) {
            asked = source;
            askedSince = time.nanos();
        }
        try {
            return source.account();
        } catch (Throwable e) { // A source's own code, as below.
            throw Failures.thrownBy(e);
        }
    }

    /**
     * Asks the source that was begun with.
     *
     * @param patience how long at most, in nanoseconds, where the deadline is later
     * @return its answer: a token that can be used, or that it has none
     * @throws TokenAcquisitionException if it was the source's job and it failed, however it said so
     */
    TokenSource.Outcome ask(TokenSource source, long patience) throws InterruptedException {
        if (givenUp) {
            throw new InterruptedException();
        }
        try {
            ForcedCallInterval kept = interval;
            if (kept != null) {
                waitsForInterval = true;
                // Ended early by skipInterval().
                kept.await(source, deadline, () -> keepsInterval);
                waitsForInterval = false;
            }
            if (request.isOnBehalfOfUser() && !(source instanceof ActingForUsers)) {
                return new TokenSource.Unavailable(
                        "it signs in as itself, and not on behalf of a user",
                        "Sign in as an application, such as by TokenSources.clientAssertion.");
            }
            long left = Math.max(1, deadline - time.nanos());
            TokenSource.Outcome outcome =
                    source.acquire(request.withDeadline(Duration.ofNanos(Math.min(left, patience))));
            if (outcome == null) {
                throw Failures.answeredNull();
            }
            if (outcome instanceof TokenSource.Acquired acquired) {
                requireUsable(acquired.token(), source.name(), time.millis());
                requireTenant(source, acquired.token());
            }
            return outcome;
        } catch (TokenAcquisitionException e) {
            throw e;
        } catch (Throwable e) { // Whatever a source of the user's own throws, errors and checked exceptions too.
            if (givenUp && e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw Failures.thrownBy(e);
        }
    }

    /** Notes that a source is not asked. */
    synchronized void pass() {
        misses.add(null);
    }

    /** Notes that the source which was asked has no token. */
    synchronized void miss(TokenSource source, State state, String reason, String remedy) {
        asked = null;
        misses.add(new TokenAttempt(source.name(), state, Duration.ofNanos(time.nanos() - askedSince), reason, remedy));
    }

    /** Notes that the source which was asked has the token, and where it comes from. */
    synchronized void arrive(
            TokenSource source, @Nullable Object account, TokenSource.Acquired answer, boolean pins, String standIn) {
        origin = new Origin(source, account, answer, time.nanos() - askedSince, pins, standIn);
        asked = null;
        // What is kept with the token is kept small.
        misses.trimToSize();
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

    /** The failure of the whole run: that of a source, or that none has a token. */
    TokenAcquisitionException failure(TokenAcquisitionException own) {
        return Failures.ofCall(own, request.resource(), attempts());
    }

    /**
     * What became of each source, or has so far; empty before the first was asked. Made when somebody asks, which for a
     * token that was got is seldom.
     */
    synchronized List<TokenAttempt> attempts() {
        if (misses.isEmpty() && asked == null && origin == null) {
            return List.of();
        }
        List<TokenAttempt> attempts = new ArrayList<>(sources.size());
        for (int i = 0; i < sources.size(); i++) {
            TokenAttempt miss = i < misses.size() ? misses.get(i) : null;
            attempts.add(miss == null ? unfinished(sources.get(i).name(), i == misses.size()) : miss);
        }
        return attempts;
    }

    /**
     * What became of a source that is not among the misses.
     *
     * @param isLast whether the run has come as far as this source; if not, it was passed over or is still to come
     */
    private TokenAttempt unfinished(String name, boolean isLast) {
        Origin got = origin;
        if (isLast && got != null) {
            Duration took = Duration.ofNanos(got.tookNanos);
            return new TokenAttempt(name, State.ACQUIRED, took, got.answer.caveat(), "");
        }
        if (isLast && asked != null) {
            Duration since = Duration.ofNanos(time.nanos() - askedSince);
            String reason =
                    waitsForInterval ? "it waits for its turn" + ForcedCallInterval.LIMIT : "it has not come back yet";
            return new TokenAttempt(name, State.FAILED, since, reason, "");
        }
        return new TokenAttempt(name, State.NOT_TRIED, Duration.ZERO, "", "");
    }

    /** Whether a listener is to be told this of its token: the first time that it is asked. */
    synchronized boolean isNews(TokenListener.Kind kind) {
        told = told == null ? EnumSet.noneOf(TokenListener.Kind.class) : told;
        return told.add(kind);
    }

    /** Where its token comes from; it has one. */
    private synchronized Origin origin() {
        return Objects.requireNonNull(origin);
    }

    /** Whether its source is the one that is asked alone from now on. */
    boolean pins() {
        return origin().pins;
    }

    /** Why its token only stands in for that of another source; empty if it does not. */
    String standIn() {
        return origin().standIn;
    }

    /** What speaks against its token's identity; empty for nothing. */
    String caveat() {
        return origin().answer.caveat();
    }

    /** Whether its token is for programs that handle claims challenges alone, or for the others alone. */
    boolean caeAware() {
        return origin().answer.caeAware();
    }

    /** Whether the account that its token's source reads is as it was. */
    boolean isAccountUnchanged() {
        Origin known = origin();
        return Objects.equals(known.source.account(), known.account);
    }
}
