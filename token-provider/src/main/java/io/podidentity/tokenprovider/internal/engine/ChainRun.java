// SPDX-License-Identifier: Apache-2.0
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
import io.podidentity.tokenprovider.internal.Nullable;
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

/**
 * One run of a chain: asks one source after the other, and notes the result of each. A cached token keeps the run that
 * got it, to say where the token comes from.
 *
 * <p><i>Thread-safety:</i> one thread asks the sources. Any thread may call the other methods at the same time.
 */
final class ChainRun {
    private static final int GUID_LENGTH = 36;

    /**
     * The generation of the chain in which this run started. Each {@link TokenSourceChain#unpin} begins a new one, and
     * a run of an older generation must not bring back what was forgotten.
     */
    final int epoch;

    private final TokenRequest request;
    private final List<TokenSource> sources;
    private final Time time;
    /** When the run must be over, on the steady clock, in nanoseconds. */
    private final long deadline;
    /** Keeps forced calls apart; null for a run that no forced call began. */
    private final @Nullable ForcedCallInterval interval;
    /** Whether the run still has to keep that interval. */
    private volatile boolean keepsInterval;
    /** Whether the run waits for its turn at this moment. */
    private volatile boolean waitsForInterval;
    /**
     * Whether nobody waits for the run any more, so that it ends before the next source. Set before the thread of the
     * run is interrupted, so that the thread knows whose interrupt it sees.
     */
    private volatile boolean givenUp;
    /**
     * The first source that belongs here and has no token, such as a silent metadata service. A later source only
     * stands in for it. Null for none. Used by the thread that asks the sources.
     */
    private @Nullable TokenSource absentee;
    /** Why the absent source has no token. Used by the thread that asks the sources. */
    private String absenteeReason = "";
    /** Whether any source was silent. Used by the thread that asks the sources. */
    private boolean anySilent;

    /**
     * Why each source so far has no token, in the order of the sources; null for a source that was passed over. So the
     * size of this list is the index of the source that is being asked, or that has the token. Guarded by this.
     */
    private final ArrayList<@Nullable TokenAttempt> misses = new ArrayList<>();
    /** The source that is being asked; null before the first and after the last. Guarded by this. */
    private @Nullable TokenSource askedSource;
    /** Since when that source is being asked, on the steady clock. Guarded by this. */
    private long askedSince;
    /** Where the token comes from; null while there is no token. Guarded by this. */
    private @Nullable Origin origin;
    /** The kinds of events that listeners were told of this run's token; null for none. Guarded by this. */
    private @Nullable Set<TokenListener.Kind> told;

    /** Where the token of a run comes from. */
    private static final class Origin {
        private final TokenSource source;
        /** Whose account the source read, as {@link TokenSource#account} defines it; null for none. */
        private final @Nullable Object account;

        private final TokenSource.Acquired answer;
        /** How long the source took. */
        private final long tookNanos;
        /** Whether only this source is asked from now on. */
        private final boolean pins;
        /** A sentence that says for which source this one stands in; empty if it does not stand in. */
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
     * Whether the request names an identity, an agent identity or a user. The token then says nothing of the identity
     * that this process has, so its source is not pinned.
     */
    boolean namesIdentity() {
        return request.identity().isPresent() || request.agent().isPresent() || request.isOnBehalfOfUser();
    }

    void giveUp() {
        givenUp = true;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    /** Ends the wait for a turn: a call that is not forced has joined, and such calls do not wait for turns. */
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
     * @return whose account the source reads, as {@link TokenSource#account} defines it. It is read before the source
     *     is asked, so that a change during the call is noticed afterwards
     * @throws TokenAcquisitionException if the source fails to say it
     */
    @Nullable
    Object beginSource(TokenSource source) {
        synchronized (this) {
            askedSource = source;
            askedSince = time.nanos();
        }
        try {
            return source.account();
        } catch (Throwable e) { // The program's own code may run here, as in askSource().
            throw Failures.thrownBy(e);
        }
    }

    /**
     * Asks the source that {@link #beginSource} was called with.
     *
     * @param patience how long the source may take, in nanoseconds, if the deadline is later than that
     * @return a token that can be used, or that the source has none
     * @throws TokenAcquisitionException if the source applies and failed, whatever it threw
     */
    TokenSource.Outcome askSource(TokenSource source, long patience) throws InterruptedException {
        if (givenUp) {
            throw new InterruptedException();
        }
        try {
            awaitTurn(source);
            if (request.agent().isPresent() && !actsAsAgents(source)) {
                return new TokenSource.Unavailable(
                        "the request names an agent identity, which needs a blueprint",
                        "Use RunAs=Agent or TokenSources.agentBlueprint.");
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
        } catch (Throwable e) { // A program's own source may throw errors, and checked exceptions too.
            if (givenUp && e instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw Failures.thrownBy(e);
        }
    }

    static boolean actsAsAgents(TokenSource source) {
        return source instanceof ActingForUsers acting && acting.actsAsAgents();
    }

    /** Waits until a forced call may ask this source. {@link #skipInterval} ends the wait early. */
    private void awaitTurn(TokenSource source) throws InterruptedException {
        ForcedCallInterval kept = interval;
        if (kept != null) {
            waitsForInterval = true;
            kept.awaitTurn(source, deadline, () -> keepsInterval);
            waitsForInterval = false;
        }
    }

    /** Notes that the next source is not asked. */
    synchronized void passOver() {
        misses.add(null);
    }

    /** Notes that the source that was asked has no token. */
    synchronized void noteMiss(TokenSource source, State state, String reason, String remedy) {
        askedSource = null;
        misses.add(new TokenAttempt(source.name(), state, Duration.ofNanos(time.nanos() - askedSince), reason, remedy));
    }

    /** Notes a source that belongs here and has no token. Only the first one counts. */
    void noteAbsentee(TokenSource source, String reason) {
        if (absentee == null) {
            absentee = source;
            absenteeReason = reason;
        }
    }

    /** The first source that belongs here and has no token; null for none. */
    @Nullable
    TokenSource absentee() {
        return absentee;
    }

    /** What to say of a source that answers in place of the absent one; empty if no source is absent. */
    String standInNote() {
        TokenSource missing = absentee;
        if (missing == null) {
            return "";
        }
        return " stands in for " + missing.name() + ", which is asked again in " + CachedToken.STAND_IN_MILLIS / 1000
                + " s and has no token now: " + absenteeReason + ".";
    }

    void noteSilence() {
        anySilent = true;
    }

    boolean hasMetSilence() {
        return anySilent;
    }

    /** Notes that the source that was asked has the token. */
    synchronized void noteToken(
            TokenSource source, @Nullable Object account, TokenSource.Acquired answer, boolean pins, String standIn) {
        origin = new Origin(source, account, answer, time.nanos() - askedSince, pins, standIn);
        askedSource = null;
        // The run stays in memory for as long as the token does.
        misses.trimToSize();
    }

    /** Makes sure that a token can be sent in a header and has not expired. */
    static void requireUsable(AccessToken token, String source, long nowMillis) {
        if (!TokenResponse.canBeSent(token.value()) || !TokenResponse.canBeSent(token.tokenType())) {
            throw invalidToken(source + " answered with a token that has a character which no header takes");
        }
        if (token.expiresOn().compareTo(Instant.ofEpochMilli(nowMillis)) <= 0) {
            throw invalidToken(source + " answered with a token that expired at " + token.expiresOn());
        }
    }

    private static TokenAcquisitionException invalidToken(String reason) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, reason, "Compare this machine's clock, and check what answers there.");
    }

    /**
     * Makes sure that a token is of the tenant that the request names. Some sources know their own tenant only, and
     * answer with a token that the resource would refuse.
     */
    private void requireTenant(TokenSource source, AccessToken acquired) {
        String tenant = request.tenantId().orElse(null);
        // A domain can name the tenant too, but no token shows a domain.
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
    TokenAcquisitionException failWith(TokenAcquisitionException own) {
        return Failures.ofCall(own, request.resource(), attempts());
    }

    /**
     * The attempts so far, one for each source; empty before the first source was asked. The list is made when somebody
     * asks for it, because hardly anybody asks about a run that got a token.
     */
    synchronized List<TokenAttempt> attempts() {
        if (misses.isEmpty() && askedSource == null && origin == null) {
            return List.of();
        }
        List<TokenAttempt> attempts = new ArrayList<>(sources.size());
        for (int i = 0; i < sources.size(); i++) {
            attempts.add(attemptAt(i));
        }
        return attempts;
    }

    private TokenAttempt attemptAt(int index) {
        if (index < misses.size()) {
            TokenAttempt miss = misses.get(index);
            if (miss != null) {
                return miss;
            }
        }
        String name = sources.get(index).name();
        // Sources with a smaller index were passed over, and sources with a larger one are still to come.
        boolean isReached = index == misses.size();
        Origin got = origin;
        if (isReached && got != null) {
            Duration took = Duration.ofNanos(got.tookNanos);
            return new TokenAttempt(name, State.ACQUIRED, took, got.answer.caveat(), "");
        }
        if (isReached && askedSource != null) {
            return unfinishedAttempt(name);
        }
        return new TokenAttempt(name, State.NOT_TRIED, Duration.ZERO, "", "");
    }

    private TokenAttempt unfinishedAttempt(String name) {
        Duration since = Duration.ofNanos(time.nanos() - askedSince);
        String reason = "it has not come back yet";
        if (waitsForInterval) {
            reason = "it waits for its turn" + ForcedCallInterval.LIMIT;
        }
        return new TokenAttempt(name, State.FAILED, since, reason, "");
    }

    /** Whether listeners are to be told this of the run's token. True only once for each kind. */
    synchronized boolean isNews(TokenListener.Kind kind) {
        if (told == null) {
            told = EnumSet.noneOf(TokenListener.Kind.class);
        }
        return told.add(kind);
    }

    /** Where the token of this run comes from. The run must have a token. */
    private synchronized Origin origin() {
        return Objects.requireNonNull(origin);
    }

    /** Whether only the source of this token is asked from now on. */
    boolean pins() {
        return origin().pins;
    }

    /** A sentence that says for which source this token's source stands in; empty if it does not stand in. */
    String standIn() {
        return origin().standIn;
    }

    /** What speaks against the identity of this token; empty for nothing. */
    String caveat() {
        return origin().answer.caveat();
    }

    /** Whether the source issues different tokens to programs that handle claims challenges and to other programs. */
    boolean caeAware() {
        return origin().answer.caeAware();
    }

    /** Whether the account that the token's source reads is still the same. */
    boolean isAccountUnchanged() {
        Origin known = origin();
        return Objects.equals(known.source.account(), known.account);
    }
}
