// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Time;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Sources in a fixed order. The first source that applies gets the token, and is pinned by its first success: until
 * {@link #unpin}, only this source is asked for the process's own identity. It is an error if that source no longer
 * applies. So a process never changes its identity without a message.
 *
 * <p>Two kinds of success pin no source:
 *
 * <ul>
 *   <li>A source stands in for an earlier one that belongs here and has no token, such as a metadata service that is
 *       silent or has no identity yet. The earlier source is asked again after some seconds, and each time that a token
 *       is needed. If it stays silent, the chain waits for it only a moment.
 *   <li>The request names an identity. Any source that issues tokens for that identity may answer, because the token
 *       says nothing of the identity of other requests.
 * </ul>
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is this object's monitor. It is not held while a
 * source is asked for a token, but the name of a source may be read under it.
 */
final class TokenSourceChain {
    private static final String OTHER_IDENTITY = "another source gave this process its identity meanwhile";

    /** So many doubts about identities are logged. A program may name any number of identities. */
    private static final int MAX_DOUBTS = 50;

    /** How long the chain waits for an absent source while another source stands in for it. */
    private static final long ABSENT_AGAIN_NANOS = 3_000_000_000L;

    private final @Nullable EventPublisher publisher;
    private volatile boolean logsPins;
    private final List<TokenSource> sources;
    private final Time time;
    /** The source that is asked alone; null for none. Like the next three fields, written under the lock only. */
    private volatile @Nullable TokenSource pinned;
    /** The source that another one stands in for; null if no source stands in, or if the source is back. */
    private volatile @Nullable TokenSource absent;
    /** The newest token of this generation; null for none. */
    private volatile @Nullable AccessToken newest;
    /**
     * The generation: how often {@link #unpin} was called. A run of an older one pins no source, and no token stays.
     */
    private volatile int epoch;
    /** The doubts about identities that were logged. Guarded by this. */
    private final Set<String> doubts = new HashSet<>(0);
    /** Keeps forced calls apart; null until the first forced call, since few programs make any. Guarded by this. */
    private @Nullable ForcedCallInterval interval;

    TokenSourceChain(List<TokenSource> sources, Time time, @Nullable EventPublisher publisher, boolean logsPins) {
        this.logsPins = logsPins;
        this.publisher = publisher;
        this.sources = List.copyOf(sources);
        this.time = time;
    }

    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        for (TokenSource source : sources) {
            names.add(source.name());
        }
        return names.toString();
    }

    @Nullable
    EventPublisher publisher() {
        return publisher;
    }

    void quietenLog() {
        logsPins = false;
    }

    /** Forgets which source answered first, and begins a new generation. */
    synchronized void unpin() {
        epoch++;
        pinned = null;
        absent = null;
        newest = null;
    }

    /**
     * Logs where a token comes from: one line for the source that was pinned, a warning for each stand-in, and a
     * warning for each new reason to doubt the identity of a token.
     */
    void logOrigin(CachedToken gained) {
        if (!logsPins) {
            return;
        }
        AccessToken token = gained.token;
        ChainRun run = gained.run;
        System.Logger logger = System.getLogger(EventPublisher.LOGGER);
        if (!run.standIn().isEmpty()) {
            logger.log(Level.WARNING, token.source() + run.standIn());
        } else if (run.pins() && logger.isLoggable(Level.INFO)) {
            String who = "an identity that the token does not name";
            Principal known = token.principal().orElse(null);
            if (known != null) {
                who = known.toString();
            }
            logger.log(Level.INFO, "Tokens come from " + token.source() + " from now on: " + who);
        }
        if (isNewDoubt(run.caveat())) {
            logger.log(
                    Level.WARNING, "A token of " + token.source() + " for " + token.resource() + ": " + run.caveat());
        }
    }

    private synchronized boolean isNewDoubt(String caveat) {
        return !caveat.isEmpty() && doubts.size() < MAX_DOUBTS && doubts.add(caveat);
    }

    /**
     * Makes a run of the chain that has not begun yet.
     *
     * @param request what is asked for, without a deadline
     * @param deadline when the run must be over, on the steady clock
     * @param forced whether the run keeps the interval of forced calls
     */
    synchronized ChainRun newRun(TokenRequest request, long deadline, boolean forced) {
        if (!forced) {
            return new ChainRun(request, sources, time, epoch, deadline, null);
        }
        if (interval == null) {
            interval = new ForcedCallInterval(time);
        }
        return new ChainRun(request, sources, time, epoch, deadline, interval);
    }

    /**
     * Asks the sources in their order until one has a token.
     *
     * @param old the token that callers get meanwhile; null for none. If that token stands in for an earlier source,
     *     and the earlier source still has none, the old token is the answer again, and its own source is not asked
     * @throws TokenAcquisitionException if no source has a token, with all attempts
     */
    CachedToken acquire(ChainRun run, @Nullable CachedToken old) throws InterruptedException {
        boolean wasUnpinned = pinned == null;
        try {
            return askInOrder(run, old);
        } finally {
            if (wasUnpinned) {
                // Until a source is pinned, the later ones may be finding out whether they apply; see anticipate().
                abandonAnticipation();
            }
        }
    }

    private CachedToken askInOrder(ChainRun run, @Nullable CachedToken old) throws InterruptedException {
        for (TokenSource source : sources) {
            if (isPassedOver(run, source)) {
                run.passOver();
                continue;
            }
            if (run.isLate()) {
                throw run.failWith(new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", ""));
            }
            CachedToken token = askSource(run, source, old);
            if (token != null) {
                return token;
            }
        }
        throw run.failWith(noToken(run));
    }

    /** Whether another source is pinned. Asked for each source, because other requests run at the same time. */
    private boolean isPassedOver(ChainRun run, TokenSource source) {
        TokenSource only = pinned;
        return only != null && source != only && !run.namesIdentity();
    }

    /**
     * The token of one source, or the old one if that stands in for this source; null to go on with the next source.
     */
    private @Nullable CachedToken askSource(ChainRun run, TokenSource source, @Nullable CachedToken old)
            throws InterruptedException {
        Object account;
        TokenSource.Outcome outcome;
        try {
            account = run.beginSource(source);
            outcome = askPatiently(run, source);
        } catch (TokenAcquisitionException e) {
            run.noteMiss(source, TokenAttempt.State.FAILED, e.reason(), e.remedy());
            throw run.failWith(e);
        }
        if (outcome instanceof TokenSource.Acquired acquired) {
            CachedToken token = acceptToken(run, source, account, acquired);
            if (token == null) {
                run.noteMiss(source, TokenAttempt.State.UNAVAILABLE, OTHER_IDENTITY, "Try again.");
            }
            return token;
        }
        noteAbsence(run, source, outcome);
        if (old == null || run.absentee() == null) {
            return null;
        }
        // This is the refresh of a token that stands in. The source that it stands in for still has no token.
        return old.standInLonger(time.millis(), time.nanos());
    }

    private static void noteAbsence(ChainRun run, TokenSource source, TokenSource.Outcome outcome) {
        if (outcome instanceof TokenSource.Silent silent) {
            run.noteMiss(source, TokenAttempt.State.UNAVAILABLE, silent.reason(), silent.remedy());
            run.noteSilence();
            run.noteAbsentee(source, silent.reason());
        } else if (outcome instanceof TokenSource.Unavailable unavailable) {
            run.noteMiss(source, TokenAttempt.State.UNAVAILABLE, unavailable.reason(), unavailable.remedy());
            if (source instanceof Anticipating later && later.isEvident()) {
                run.noteAbsentee(source, unavailable.reason());
            }
        }
    }

    /**
     * Asks a source. If another one stands in for it, it gets only a moment. If it then fails with something that may
     * pass, it is asked once more, with all the time that is left.
     */
    private TokenSource.Outcome askPatiently(ChainRun run, TokenSource source) throws InterruptedException {
        if (source != absent) {
            return run.askSource(source, Long.MAX_VALUE);
        }
        try {
            // The stand-in would have a token at once, so the silence of this source must not keep callers waiting.
            return run.askSource(source, ABSENT_AGAIN_NANOS);
        } catch (TokenAcquisitionException e) {
            if (!e.isTransient() || run.isLate()) {
                throw e;
            }
            return run.askSource(source, Long.MAX_VALUE);
        }
    }

    private static TokenAcquisitionException noToken(ChainRun run) {
        Code code = Code.NO_SOURCE_AVAILABLE;
        if (run.hasMetSilence()) {
            code = Code.SERVICE_UNAVAILABLE;
        } else if (run.isLate()) {
            code = Code.TIMED_OUT;
        }
        return new TokenAcquisitionException(code, "no source has a token here", "");
    }

    /** The token of a source, which may pin the source; null if another source was pinned meanwhile. */
    private @Nullable CachedToken acceptToken(
            ChainRun run, TokenSource source, @Nullable Object account, TokenSource.Acquired acquired) {
        boolean pins = false;
        String standIn = "";
        synchronized (this) {
            // Whether this token says which identity the process has.
            boolean decides = !run.namesIdentity() && run.epoch == epoch;
            if (decides && pinned != null && pinned != source) {
                return null;
            }
            if (decides && run.absentee() != null) {
                absent = run.absentee();
                standIn = run.standInNote();
            } else if (decides && pinned == null) {
                pinned = source;
                absent = null;
                pins = true;
            }
        }
        run.noteToken(source, account, acquired, pins, standIn);
        AccessToken token = withKnownPrincipal(acquired.token(), run);
        return new CachedToken(token, run, time.millis(), time.nanos());
    }

    /** Lets the later sources find out whether they apply, while the first one is being asked. */
    void anticipate() {
        for (int i = 1; i < sources.size() && pinned == null; i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.anticipate();
            }
        }
    }

    private void abandonAnticipation() {
        for (int i = 1; i < sources.size(); i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.abandon();
            }
        }
    }

    /**
     * The same token, with the principal object of the token before it if both are of the same principal. The first
     * token is not parsed for that, because most programs never ask for its principal.
     */
    private AccessToken withKnownPrincipal(AccessToken token, ChainRun run) {
        AccessToken shared = token;
        AccessToken before = newest;
        Principal known = null;
        if (before != null) {
            known = before.principal().orElse(null);
        }
        if (known != null && known.equals(token.principal().orElse(null))) {
            shared = token.withPrincipal(known);
        }
        synchronized (this) {
            if (run.epoch == epoch) {
                newest = shared;
            }
        }
        return shared;
    }
}
