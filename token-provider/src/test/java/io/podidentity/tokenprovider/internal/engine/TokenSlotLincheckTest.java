// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * Interleavings of callers on one slot, each made by a model checker and not by chance: in none of them are
 * there two requests, two tokens, or a caller that nobody wakes.
 */
class TokenSlotLincheckTest {
    /** Of each test; CI looks at ten times as many. */
    private static final int INTERLEAVINGS = Boolean.getBoolean("podidentity.long") ? 150 : 15;

    @Test
    void get_whenTwoMissTogether_shareOneRequest() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.twoCallers();
            round.requireOneRequest("token-1");
        });
    }

    @Test
    void get_whenTheTokenExpired_shareOneRequest() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofHours(1));
            round.twoCallers();
            round.requireOneRequest("token-2");
        });
    }

    @Test
    void get_whenARefreshIsDue_beginsOneAndNobodyWaitsForIt() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofMinutes(58));
            // A request that never ends: a call that waited for it would wait for ever.
            round.executor = task -> {};
            round.twoCallers();
            round.requireOneRequest("token-1");
        });
    }

    @Test
    void get_whenOneLeavesAsAnotherJoins_neverLosesTheOther() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            // Interrupted before it waits: it joins, or begins a request, and leaves at once.
            round.inParallel(
                    () -> {
                        Thread.currentThread().interrupt();
                        round.got[0] = round.callOrCode();
                    },
                    () -> round.got[1] = round.callOrCode());
            round.require(
                    round.got[1].startsWith("token"),
                    round.got[0].startsWith("token") || "INTERRUPTED".equals(round.got[0]));
        });
    }

    @Test
    void clear_whileOthersCall_leavesNoTokenOfBefore() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofMinutes(58));
            round.inParallel(() -> round.got[0] = round.call(), () -> {
                int before = round.tokens.get();
                round.slot.state.clear();
                round.got[1] = round.call();
                round.require(Integer.parseInt(round.got[1].substring("token-".length())) > before);
            });
        });
    }

    @Test
    void get_whenForcedBesideAnother_sharesItsRequestOrBeginsOne() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofHours(1));
            round.inParallel(
                    () -> round.got[0] = round.slot.get(true, Round.LIMIT).token.value(),
                    () -> round.got[1] = round.call());
            int tokens = round.tokens.get();
            round.require(
                    round.requests.get() == tokens - 1,
                    tokens == 2 || tokens == 3,
                    !round.got[0].equals("token-1"),
                    !round.got[1].equals("token-1"));
        });
    }

    @Test
    void evict_whileAnotherCalls_isRefusedOrSendsItElsewhere() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            boolean[] evicted = new boolean[1];
            CachedToken[] token = new CachedToken[1];
            round.inParallel(
                    () -> evicted[0] = round.slot.state.closeIfUnused(),
                    () -> token[0] = round.slot.get(false, Round.LIMIT));
            // Whatever came first: what was evicted keeps nothing, and who was sent away has begun nothing.
            round.require(
                    !evicted[0] || round.slot.freshToken() == null,
                    token[0] != null || evicted[0],
                    token[0] != null || round.requests.get() == 0);
        });
    }

    /** One slot and what became of its callers. */
    private static final class Round {
        private static final String RESOURCE = "https://storage.azure.com/";
        private static final Duration LIMIT = Duration.ofSeconds(30);

        private final FakeTime time = new FakeTime();
        private final AtomicInteger requests = new AtomicInteger();
        private final AtomicInteger tokens = new AtomicInteger();
        private final String[] got = new String[2];
        private volatile Executor executor = Runnable::run;

        private final TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(this::acquire), time, null, false),
                this::start,
                time,
                LIMIT);

        private TokenSource.Outcome acquire(TokenRequest request) {
            return new TokenSource.Acquired(new AccessToken(
                    "token-" + tokens.incrementAndGet(),
                    RESOURCE,
                    "Bearer",
                    time.now().plusSeconds(3600),
                    null,
                    null,
                    "test"));
        }

        private void start(Runnable task) {
            requests.incrementAndGet();
            executor.execute(task);
        }

        void tokenOfThePast(Duration age) {
            slot.get(false, LIMIT);
            time.advance(age);
            requests.set(0);
        }

        void twoCallers() {
            inParallel(() -> got[0] = call(), () -> got[1] = call());
        }

        void inParallel(Runnable one, Runnable other) {
            Thread first = new Thread(one);
            Thread second = new Thread(other);
            first.start();
            second.start();
            join(first);
            join(second);
        }

        private String call() {
            return slot.get(false, LIMIT).token.value();
        }

        String callOrCode() {
            try {
                return call();
            } catch (TokenAcquisitionException e) {
                return e.code().name();
            }
        }

        void require(boolean... facts) {
            for (boolean fact : facts) {
                if (!fact) {
                    throw new AssertionError("tokens: " + tokens.get() + ", requests: " + requests.get() + ", got: "
                            + got[0] + ", " + got[1]);
                }
            }
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** By hand, since the model checker reads AssertJ's objects in a way that they refuse. */
        void requireOneRequest(String expected) {
            if (requests.get() != 1 || !expected.equals(got[0]) || !expected.equals(got[1])) {
                throw new AssertionError("requests: " + requests.get() + ", got: " + got[0] + ", " + got[1]);
            }
        }
    }
}
