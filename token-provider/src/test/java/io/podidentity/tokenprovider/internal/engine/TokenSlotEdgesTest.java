// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The very moments at which a slot changes its mind, and what may happen between two of its steps. */
class TokenSlotEdgesTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final TokenRequest REQUEST = TokenRequest.forResource(RESOURCE);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();
    private final List<Duration> deadlines = new ArrayList<>();
    private final ScriptedSource script = new ScriptedSource("fake", time);
    private final TokenSource source = request -> {
        deadlines.add(request.deadline().orElseThrow());
        return script.acquire(request);
    };
    private final TokenSlot slot = slot(time, executor);

    @Test
    void get_atTheVeryMomentOfTheRefresh_beginsIt() {
        CachedToken token = acquire();

        time.setWallClock(Instant.ofEpochMilli(token.refreshAt - 1));
        assertThat(slot.get(false, LIMIT).token).isSameAs(token.token);
        assertThat(slot.freshToken()).isNotNull();
        assertThat(executor.waiting()).isZero();
        time.setWallClock(Instant.ofEpochMilli(token.refreshAt));

        assertThat(slot.freshToken()).isNull();
        assertThat(slot.get(false, LIMIT).token).isSameAs(token.token);
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_atTheVeryMomentOfTheExpiry_waits() {
        CachedToken token = acquire();

        time.setWallClock(Instant.ofEpochMilli(token.expiresAt));

        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
    }

    @Test
    void get_afterTheExpiryWasSeenAndTheClockSetBackToTheLastLook_waits() {
        CachedToken token = acquire();
        Instant lastLook = time.now();
        time.advance(Duration.ofMillis(token.expiresAt - lastLook.toEpochMilli()));
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();

        time.setWallClock(lastLook);

        assertThat(slot.freshToken()).isNull();
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
    }

    @Test
    void get_aSecondAfterAFailure_asksAgain() {
        script.thenUnavailable("nobody is logged in", "");
        CompletableFuture<CachedToken> failed = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        assertThat(failed).isCompletedExceptionally();

        time.advance(Duration.ofSeconds(1));

        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_whenARefreshThatNobodyAwaitedFailed_doesNotRepeatItsFailure() {
        CachedToken token = acquire();
        script.thenUnavailable("busy", "");
        time.setWallClock(Instant.ofEpochMilli(token.expiresAt - 1));
        slot.get(false, LIMIT);
        executor.runNext();

        time.setWallClock(Instant.ofEpochMilli(token.expiresAt));

        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
    }

    @Test
    void source_isGivenWhatIsLeftOfTheDeadline() {
        CachedToken token = acquire();
        time.setWallClock(Instant.ofEpochMilli(token.refreshAt));
        slot.get(false, Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(2));
        executor.runNext();

        assertThat(deadlines).containsExactly(LIMIT, LIMIT.minusSeconds(2));
    }

    @Test
    void refreshAt_forExactlyTwoHours_isFiveMinutesBeforeTheEnd() {
        script.thenTokenFor(Duration.ofHours(2));

        Instant due = FakeTime.START.plus(Duration.ofMinutes(115));
        assertThat(acquire().token.refreshOn().orElseThrow()).isBetween(due.minusSeconds(30), due);
    }

    @Test
    void refreshAt_whenTheIssuerWishesItSoonOrLate_jittersByATenthOfWhatIsThere() {
        Instant end = FakeTime.START.plus(HOUR);
        for (int i = 0; i < 100; i++) {
            assertThat(refreshOn(FakeTime.START.plusSeconds(10)))
                    .isBetween(FakeTime.START.plusSeconds(9), FakeTime.START.plusSeconds(10));
            assertThat(refreshOn(end.minusSeconds(10))).isBetween(end.minusSeconds(11), end.minusSeconds(10));
            assertThat(refreshOn(end.plusSeconds(10))).isEqualTo(end);
        }
    }

    private Instant refreshOn(Instant wish) {
        AccessToken token =
                Tokens.accessToken(RESOURCE, FakeTime.START.plus(HOUR)).withRefreshOn(wish);
        return Instant.ofEpochMilli(CachedToken.computeRefreshAt(token, FakeTime.START.toEpochMilli()));
    }

    @Test
    void get_whenARequestEndsBetweenTheLookAndTheJoin_takesItsToken() {
        Interruption between = new Interruption();
        TokenSlot slot = slot(between, executor);
        CompletableFuture<CachedToken> other = slot.getAsync(false, LIMIT, Function.identity());
        between.with = executor::runNext;

        CachedToken token = slot.get(false, LIMIT);

        assertThat(token).isSameAs(other.join());
        assertThat(script.calls()).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void get_whenTheRequestItJoinedIsCutShort_beginsItsOwnRequest() {
        Interruption between = new Interruption();
        List<Runnable> noThread = new ArrayList<>();
        Executor firstWaits = task -> {
            if (noThread.isEmpty()) {
                noThread.add(task);
            } else {
                task.run();
            }
        };
        TokenSlot slot = slot(between, firstWaits);
        script.thenFails(new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", "", null));
        CompletableFuture<CachedToken> hasty = slot.getAsync(false, Duration.ofMillis(1), Function.identity());
        // The first look at the clock is for the deadline, the second joins the request, and the third one waits for
        // it.
        Runnable afterTheSecond = () -> between.with = noThread.get(0);
        between.with = () -> between.with = afterTheSecond;

        CachedToken token = slot.get(false, LIMIT);

        assertThat(hasty).isCompletedExceptionally();
        assertThat(token.token.resource()).isEqualTo(RESOURCE);
        assertThat(script.calls()).isEqualTo(2);
    }

    @Test
    void run_whenItWasGivenUpBefore_asksNobody() {
        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());
        TokenSourceChain chain = new TokenSourceChain(List.of(source), time, null, false);
        long deadline = time.nanos() + LIMIT.toNanos();
        InFlightRequest request = new InFlightRequest(
                REQUEST,
                chain.newRun(REQUEST, deadline, false),
                chain,
                time,
                slot.state,
                time.nanos(),
                deadline,
                time.nanos(),
                null);

        assertThat(request.giveUp()).isTrue();
        assertThat(request.isGivenUp()).isFalse();
        request.run();

        assertThat(script.calls()).isZero();
        assertThat(answer).isNotDone();
    }

    @Test
    void run_whenTheSourceEndsWithAnError_endsTheWaitAndKeepsItToItself() {
        script.then(request -> {
            throw new StackOverflowError();
        });
        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());

        executor.runNext();

        assertThat(answer.handle((token, thrown) -> thrown).join())
                .hasMessageContaining(
                        "token source in io.podidentity.tokenprovider.internal.engine.TokenSlotEdgesTest: failed (0 ms): it threw java.lang.StackOverflowError.");
    }

    private CachedToken acquire() {
        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        return answer.join();
    }

    private TokenSlot slot(Time time, Executor executor) {
        return new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
    }

    /** A clock that stands still, and at whose next reading something happens. */
    private static final class Interruption extends Time {
        Runnable with = () -> {};

        @Override
        public long millis() {
            return FakeTime.START.toEpochMilli();
        }

        @Override
        public long nanos() {
            Runnable now = with;
            with = () -> {};
            now.run();
            return 1_000;
        }

        @Override
        public void sleep(long nanos) {
            throw new AssertionError("nobody sleeps here");
        }

        /** A thread that waits for the moment would look at the clock too, and be the one that is interrupted. */
        @Override
        public void wake(long nanos, Runnable alarm) {}

        @Override
        public void forget(Runnable alarm) {}
    }
}
