package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.support.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/**
 * Hundreds of interleavings of callers on one slot, each made by a model checker and not by chance: in none of them are
 * there two flights, two tokens, or a caller that nobody wakes.
 */
class TokenSlotLincheckTest {
    private static final int INTERLEAVINGS = 300;

    @Test
    void get_whenTwoMissTogether_shareOneFlight() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.twoCallers();
            round.requireOneFlight("token 1");
        });
    }

    @Test
    void get_whenTheTokenExpired_shareOneFlight() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofHours(1));
            round.twoCallers();
            round.requireOneFlight("token 2");
        });
    }

    @Test
    void get_whenARefreshIsDue_beginsOneAndNobodyWaitsForIt() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Round round = new Round();
            round.tokenOfThePast(Duration.ofMinutes(58));
            // A flight that never lands: whoever waited for it would wait for ever.
            round.crew = flight -> {};
            round.twoCallers();
            round.requireOneFlight("token 1");
        });
    }

    /** One slot and what became of its callers. */
    private static final class Round {
        private static final String RESOURCE = "https://storage.azure.com/";
        private static final Duration LIMIT = Duration.ofSeconds(30);

        private final FakeTime time = new FakeTime();
        private final AtomicInteger flights = new AtomicInteger();
        private final AtomicInteger tokens = new AtomicInteger();
        private final String[] got = new String[2];
        private volatile Executor crew = Runnable::run;

        private final TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(this::acquire), time),
                this::takeOff,
                time,
                LIMIT);

        private TokenSource.Outcome acquire(TokenRequest request) {
            return new TokenSource.Acquired(new AccessToken(
                    "token " + tokens.incrementAndGet(),
                    RESOURCE,
                    "Bearer",
                    time.now().plusSeconds(3600),
                    null,
                    null,
                    "test"));
        }

        private void takeOff(Runnable flight) {
            flights.incrementAndGet();
            crew.execute(flight);
        }

        void tokenOfThePast(Duration age) {
            slot.get(false, LIMIT);
            time.advance(age);
            flights.set(0);
        }

        void twoCallers() {
            Thread first = new Thread(() -> got[0] = call());
            Thread second = new Thread(() -> got[1] = call());
            first.start();
            second.start();
            join(first);
            join(second);
        }

        private String call() {
            return slot.get(false, LIMIT).token.value();
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** By hand, since the model checker reads AssertJ's objects in a way that they refuse. */
        void requireOneFlight(String expected) {
            if (flights.get() != 1 || !expected.equals(got[0]) || !expected.equals(got[1])) {
                throw new AssertionError("flights: " + flights.get() + ", got: " + got[0] + ", " + got[1]);
            }
        }
    }
}
