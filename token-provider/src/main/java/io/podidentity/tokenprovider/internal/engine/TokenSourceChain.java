package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Time;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sources in an order: the first that applies answers. Its first success pins it, so that a process never changes its
 * identity in silence: from then on it alone is asked, and its "not here" is an error.
 *
 * <p>Two kinds of success pin nothing. A source behind one that belongs here and has no token, such as a metadata
 * service that is silent or has no identity yet, only stands in for it. That one is asked again after some seconds, and
 * each time that a token is needed; if it stays silent it is waited for only a moment. And a request that names an
 * identity gets that identity from whichever source hands it out: it neither needs the pin nor decides it for others.
 */
final class TokenSourceChain {
    /** The library's logger, as docs/operations.md has it. */
    static final String LOGGER = "io.podidentity.tokenprovider";

    private static final String OTHER_IDENTITY = "another source gave this process its identity meanwhile";

    /** A program that names more identities than this is told of the first ones. */
    private static final int MAX_DOUBTS = 50;

    /** How long a source that another one stands in for is waited for again, unless it answers. */
    private static final long ABSENT_AGAIN_NANOS = 3_000_000_000L;

    private final @Nullable EventPublisher publisher;
    private volatile boolean logsPins;
    private final List<TokenSource> sources;
    private final Time time;
    /** Read without the lock, written under it, as the next three. */
    private volatile @Nullable TokenSource pinned;
    /** The source that another one stands in for; null if none does, or it is back. */
    private volatile @Nullable TokenSource absent;
    /** The newest token; null while its sources were never asked with success, or were forgotten. */
    private volatile @Nullable AccessToken newest;
    /** How often all was forgotten. A run that began before neither pins its source nor leaves a token behind. */
    private volatile int epoch;
    /** What spoke against the identity of tokens, as far as it was logged. Guarded by this. */
    private final Set<String> doubts = new HashSet<>(0);
    /** Null while no call was forced: few programs do. Guarded by this. */
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

    void quieten() {
        logsPins = false;
    }

    synchronized void unpin() {
        epoch++;
        pinned = null;
        absent = null;
        newest = null;
    }

    /**
     * Writes the one line that says which identity a process has, or that it is not the one that it should be; and one
     * for each reason to doubt the identity of a token.
     */
    void logOrigin(CachedToken gained) {
        if (!logsPins) {
            return;
        }
        AccessToken token = gained.token;
        ChainRun run = gained.run;
        System.Logger logger = System.getLogger(LOGGER);
        if (!run.standIn().isEmpty()) {
            logger.log(Level.WARNING, token.source() + run.standIn());
        } else if (run.pins() && logger.isLoggable(Level.INFO)) {
            Principal known = token.principal().orElse(null);
            String who = known == null ? "an identity that the token does not name" : known.toString();
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
     * Makes a run that is to begin.
     *
     * @param request what is asked for, without a deadline
     * @param deadline when the run must be over, on the steady clock
     * @param forced whether it keeps the interval of forced calls
     */
    synchronized ChainRun run(TokenRequest request, long deadline, boolean forced) {
        if (forced && interval == null) {
            interval = new ForcedCallInterval(time);
        }
        return new ChainRun(request, sources, time, epoch, deadline, forced ? interval : null);
    }

    /**
     * Asks the sources.
     *
     * @param old the token that callers have meanwhile; null for none. If it stands in for a source that is still
     *     without one it is the answer again, and its own source is not asked.
     * @throws TokenAcquisitionException if no source has a token, with all attempts
     */
    CachedToken acquire(ChainRun run, @Nullable CachedToken old) throws InterruptedException {
        boolean wasUnpinned = pinned == null;
        try {
            return askInOrder(run, old);
        } finally {
            if (wasUnpinned) {
                // Until a source is pinned, the later ones may be finding out whether they apply; see anticipate().
                abandon();
            }
        }
    }

    private CachedToken askInOrder(ChainRun run, @Nullable CachedToken old) throws InterruptedException {
        // The first source that belongs here and has no token, for which a later one stands in.
        TokenSource absentee = null;
        String standIn = "";
        boolean anySilent = false;
        for (TokenSource source : sources) {
            // Looked at each time: a run for another request may have pinned a source meanwhile.
            TokenSource only = run.namesIdentity() ? null : pinned;
            if (only != null && source != only) {
                run.pass();
                continue;
            }
            if (run.isLate()) {
                throw run.failure(new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", ""));
            }
            Object account;
            TokenSource.Outcome outcome;
            try {
                account = run.begin(source);
                outcome = ask(run, source);
            } catch (TokenAcquisitionException e) {
                run.miss(source, TokenAttempt.State.FAILED, e.reason(), e.remedy());
                throw run.failure(e);
            }
            if (outcome instanceof TokenSource.Acquired acquired) {
                CachedToken token = accept(run, source, account, acquired, absentee, standIn);
                if (token != null) {
                    return token;
                }
                run.miss(source, TokenAttempt.State.UNAVAILABLE, OTHER_IDENTITY, "Try again.");
                continue;
            }
            boolean silent = outcome instanceof TokenSource.Silent;
            anySilent = anySilent || silent;
            String reason =
                    silent ? ((TokenSource.Silent) outcome).reason() : ((TokenSource.Unavailable) outcome).reason();
            String remedy =
                    silent ? ((TokenSource.Silent) outcome).remedy() : ((TokenSource.Unavailable) outcome).remedy();
            run.miss(source, TokenAttempt.State.UNAVAILABLE, reason, remedy);
            if (absentee == null && (silent || isEvident(source))) {
                absentee = source;
                standIn = " stands in for " + source.name() + ", which is asked again in "
                        + CachedToken.STAND_IN_MILLIS / 1000 + " s and has no token now: " + reason + ".";
            }
            // In the refresh of a token that stands in: the source before is still without one, so the old one goes on.
            CachedToken again =
                    old == null || absentee == null ? null : old.standingInAgain(time.millis(), time.nanos());
            if (again != null) {
                return again;
            }
        }
        throw run.failure(nobody(anySilent, run.isLate()));
    }

    /** Asks a source; one that is absent for now only for a moment, unless it is back and busy. */
    private TokenSource.Outcome ask(ChainRun run, TokenSource source) throws InterruptedException {
        if (source != absent) {
            return run.ask(source, Long.MAX_VALUE);
        }
        try {
            // Somebody stands in for it, who should not be kept waiting by its silence.
            return run.ask(source, ABSENT_AGAIN_NANOS);
        } catch (TokenAcquisitionException e) {
            if (!e.isTransient() || run.isLate()) {
                throw e;
            }
            return run.ask(source, Long.MAX_VALUE);
        }
    }

    private static boolean isEvident(TokenSource source) {
        return source instanceof Anticipating later && later.isEvident();
    }

    private static TokenAcquisitionException nobody(boolean anySilent, boolean late) {
        Code code = late ? Code.TIMED_OUT : Code.NO_SOURCE_AVAILABLE;
        return new TokenAcquisitionException(
                anySilent ? Code.SERVICE_UNAVAILABLE : code, "no source has a token here", "");
    }

    /** The token of a source; null if another source gave the process its identity meanwhile. */
    private @Nullable CachedToken accept(
            ChainRun run,
            TokenSource source,
            @Nullable Object account,
            TokenSource.Acquired acquired,
            @Nullable TokenSource absentee,
            String standIn) {
        boolean decides;
        boolean pins;
        synchronized (this) {
            // Whether this token says which identity the process has.
            decides = !run.namesIdentity() && run.epoch == epoch;
            if (decides && pinned != null && pinned != source) {
                return null;
            }
            pins = decides && pinned == null && absentee == null;
            if (pins) {
                pinned = source;
                absent = null;
            } else if (decides && absentee != null) {
                absent = absentee;
            }
        }
        run.arrive(source, account, acquired, pins, decides ? standIn : "");
        AccessToken token = withKnownPrincipal(acquired.token(), run);
        return new CachedToken(token, run, time.millis(), time.nanos());
    }

    /** Lets the sources after the first find out, beside the one that is asked, whether they apply. */
    void anticipate() {
        for (int i = 1; i < sources.size() && pinned == null; i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.anticipate();
            }
        }
    }

    private void abandon() {
        for (int i = 1; i < sources.size(); i++) {
            if (sources.get(i) instanceof Anticipating later) {
                later.abandon();
            }
        }
    }

    /** The token with the principal object of the one before it. The first one has none before it, and is not read. */
    private AccessToken withKnownPrincipal(AccessToken token, ChainRun run) {
        AccessToken before = newest;
        Principal known = before == null ? null : before.principal().orElse(null);
        AccessToken shared =
                known != null && known.equals(token.principal().orElse(null)) ? token.withPrincipal(known) : token;
        synchronized (this) {
            if (run.epoch == epoch) {
                newest = shared;
            }
        }
        return shared;
    }
}
