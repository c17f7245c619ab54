// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code invalidate()} beside calls on real threads: what began before it must not come back after it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InvalidateConcurrencyTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final int ROUNDS = 4_000;

    /** Where a walk of before may be when all is forgotten; the rounds take turns. */
    private enum Meeting {
        /** Anywhere, as it happens. */
        BY_CHANCE,
        /** Its source answers at that moment. */
        AT_THE_ANSWER,
        /** It comes back after that, and before the next call. */
        BEFORE_THE_CALL
    }

    /** How many tokens were begun. */
    private final AtomicInteger begun = new AtomicInteger();

    private volatile boolean firstApplies;
    /** Is open once the sources may answer. */
    private volatile CountDownLatch mayAnswer = new CountDownLatch(0);

    private volatile CountDownLatch asked = new CountDownLatch(1);

    private final AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
            .sources(List.of(new Numbered("first"), new Numbered("second")))
            .build();

    /** Its tokens are numbered in the order in which they are asked for. */
    private final class Numbered implements TokenSource {
        private final String name;

        Numbered(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            if (name.equals("first") && !firstApplies) {
                return new Unavailable("not yet", "");
            }
            CountDownLatch gate = mayAnswer;
            String value = name + "-" + begun.incrementAndGet();
            asked.countDown();
            gate.await();
            return new Acquired(new AccessToken(
                    value, RESOURCE, "Bearer", Instant.parse("2126-01-01T00:00:00Z"), null, null, name));
        }
    }

    @AfterEach
    void leaveNoThread() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void invalidate_besideCalls_leavesNeitherATokenNorAPinOfBefore() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        CyclicBarrier end = new CyclicBarrier(2);
        FutureTask<Void> besides = new FutureTask<>(() -> {
            for (int round = 0; round < ROUNDS; round++) {
                start.await();
                provider.getAccessToken(RESOURCE);
                end.await();
            }
            return null;
        });
        new Thread(besides).start();

        for (int round = 0; round < ROUNDS; round++) {
            Meeting meeting = Meeting.values()[round % Meeting.values().length];
            firstApplies = false;
            asked = new CountDownLatch(1);
            mayAnswer = new CountDownLatch(meeting == Meeting.BY_CHANCE ? 0 : 1);
            provider.invalidate();
            start.await();
            spin(round % 200);
            if (meeting != Meeting.BY_CHANCE) {
                asked.await();
            }
            firstApplies = true;
            int before = begun.get();

            provider.invalidate();

            mayAnswer.countDown();
            if (meeting == Meeting.BEFORE_THE_CALL) {
                end.await();
            }
            String[] token = provider.getAccessToken(RESOURCE).split("-", 2);
            assertThat(token[0])
                    .as("the source that applies now, round %s", round)
                    .isEqualTo("first");
            assertThat(Integer.parseInt(token[1])).as("round %s", round).isGreaterThan(before);
            if (meeting != Meeting.BEFORE_THE_CALL) {
                end.await();
            }
        }
        besides.get();
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }
}
