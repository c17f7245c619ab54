// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.RecordedLog;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers that wait for one request owe each other, and what nothing that a source does can take from them. */
@Timeout(
        value = 60,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // One that strands a caller must not hang the build.
class InFlightRequestTest {
    private static final String MORE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#";

    private static final String RESOURCE = "https://storage.azure.com/";
    private static final TokenRequest REQUEST = TokenRequest.forResource(RESOURCE);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HASTE = Duration.ofMillis(500);
    private static final Duration GRACE = Duration.ofMillis(50);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();
    private final ScriptedSource source = new ScriptedSource("fake", time);
    private final TokenSlot slot = slot(source);

    private final RecordedLog log = new RecordedLog("io.podidentity.tokenprovider.TokenSlot");

    @AfterEach
    void stopListening() {
        log.close();
    }

    // Any end of a source reaches those who wait.

    @ParameterizedTest
    @ValueSource(strings = {"+1000000000-12-31T23:59:59.999999999Z", "+999999999-12-31T23:59:59Z"})
    void get_whenTheTokenNeverExpires_keepsItForYears(String expiresOn) {
        source.then(request -> new TokenSource.Acquired(Tokens.accessToken(RESOURCE, Instant.parse(expiresOn))));

        CachedToken token = acquire();

        assertThat(token.token.expiresOn()).isEqualTo(expiresOn);
        time.advance(Duration.ofDays(1_000));
        assertThat(slot.get(false, LIMIT).token).isSameAs(token.token);
        assertThat(executor.waiting()).isZero();
        time.advance(Duration.ofDays(1_000));
        assertThat(slot.get(false, LIMIT).token).isSameAs(token.token);
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1000000000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"})
    void get_whenTheTokenExpiredLongAgo_fails(String expiresOn) {
        source.then(request -> new TokenSource.Acquired(Tokens.accessToken(RESOURCE, Instant.parse(expiresOn))));

        CompletableFuture<CachedToken> answer = call(LIMIT);
        executor.runNext();

        assertThat(failureOf(answer).code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failureOf(answer)).hasMessageContaining("fake answered with a token that expired at");
    }

    @Test
    void get_whenTheIssuersWishIsOutOfAllBounds_isDueThen() {
        for (Instant wish : List.of(Instant.MIN, Instant.MAX)) {
            source.then(request -> new TokenSource.Acquired(
                    Tokens.accessToken(RESOURCE, FakeTime.START.plusSeconds(60)).withRefreshOn(wish)));
            CompletableFuture<CachedToken> answer = slot.getAsync(true, LIMIT, Function.identity());
            executor.runNext();

            assertThat(answer).isCompleted();
        }
    }

    /** Where a source of the user's or of ours may throw beside its answer. */
    enum Trap {
        NAME,
        FINGERPRINT,
        ANSWER,
        NULL,
        ABANDON
    }

    @ParameterizedTest
    @EnumSource
    void get_whateverASourceThrowsAndWherever_tellsAllAndTriesAgain(Trap trap) {
        TrappedSource trapped = new TrappedSource(trap);
        TokenSlot slot = new TokenSlot(
                REQUEST,
                new TokenSourceChain(
                        List.of(new ScriptedSource("first", time).thenUnavailable("", ""), trapped), time, null, false),
                executor,
                time,
                LIMIT);
        CompletableFuture<CachedToken> one = slot.getAsync(false, LIMIT, Function.identity());
        CompletableFuture<CachedToken> other = slot.getAsync(false, LIMIT, Function.identity());

        executor.runNext();

        assertThat(one).isCompletedExceptionally();
        assertThat(other).isCompletedExceptionally();
        trapped.armed = false;
        time.advance(Duration.ofSeconds(1));
        CompletableFuture<CachedToken> next = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        assertThat(next).isCompleted();
        assertThat(time.alarms()).isZero();
    }

    private final class TrappedSource implements TokenSource, Anticipating {
        private final Trap trap;
        private boolean armed = true;

        TrappedSource(Trap trap) {
            this.trap = trap;
        }

        private void spring(Trap here) {
            if (armed && trap == here) {
                throw new IllegalStateException("secret");
            }
        }

        @Override
        public String name() {
            spring(Trap.NAME);
            return "trapped";
        }

        @Override
        public Object account() {
            spring(Trap.FINGERPRINT);
            return 1;
        }

        @Override
        public Outcome acquire(TokenRequest request) {
            spring(Trap.ANSWER);
            if (armed && trap == Trap.NULL) {
                return null;
            }
            return armed
                    ? new Unavailable("not here", "")
                    : new Acquired(Tokens.accessToken(RESOURCE, time.now().plusSeconds(3600)));
        }

        @Override
        public void anticipate() {}

        @Override
        public void abandon() {
            if (armed && trap == Trap.ABANDON) {
                throw new StackOverflowError();
            }
        }
    }

    // A hung request is given up at its deadline.

    @Test
    void get_whileCallersKeepJoiningARequestThatHangs_beginsAnotherAtItsDeadline() {
        List<CompletableFuture<CachedToken>> callers = new ArrayList<>();
        for (int second = 0; second < 30; second += 10) {
            callers.add(call(LIMIT));
            time.advance(Duration.ofSeconds(10));
        }
        assertThat(executor.waiting()).isEqualTo(1);

        time.advance(GRACE);

        assertThat(failureOf(callers.get(0)).code()).isEqualTo(Code.TIMED_OUT);
        assertThat(executor.waiting()).isEqualTo(2);
        CompletableFuture<CachedToken> late = call(LIMIT);
        executor.runNext();
        assertThat(callers.get(1)).isNotDone();
        executor.runNext();
        assertThat(callers.get(1)).isCompleted();
        assertThat(callers.get(2)).isCompleted();
        assertThat(late).isCompleted();
        assertThat(source.calls()).isEqualTo(1);
        assertThat(time.alarms()).isZero();
    }

    @Test
    void get_whenARefreshHangs_beginsAnotherAfterItsDeadline() {
        acquire();
        time.advance(Duration.ofMinutes(56));
        slot.get(false, LIMIT);
        time.advance(LIMIT);
        slot.get(false, LIMIT);
        assertThat(executor.waiting()).isEqualTo(1);

        time.advance(Duration.ofSeconds(1));
        slot.get(false, LIMIT);

        assertThat(executor.waiting()).isEqualTo(2);
    }

    @Test
    void get_whenManyRequestsHang_beginsNoMoreUntilOneIsOver() {
        List<TokenAcquisitionException> tooManyAbandoned = new ArrayList<>();
        hang(SlotState.MAX_GIVEN_UP, () -> tooManyAbandoned.add(failureOf(call(LIMIT))));

        assertThat(tooManyAbandoned).singleElement().satisfies(e -> {
            assertThat(e.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
            assertThat(e).hasMessageContaining("16 earlier requests were given up and still hang");
        });
        assertThat(call(LIMIT)).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    /** Has so many requests hang in their source, one within the other since there is one thread, and then does it. */
    private void hang(int requests, Runnable then) {
        if (requests == 0) {
            then.run();
            return;
        }
        source.then(request -> {
            time.advance(HASTE.plus(GRACE));
            hang(requests - 1, then);
            return new TokenSource.Unavailable("late", "");
        });
        CompletableFuture<CachedToken> caller = call(HASTE);
        executor.runNext();
        assertThat(failureOf(caller).code()).isEqualTo(Code.TIMED_OUT);
    }

    @Test
    void cancel_ofManyBeforeTheirThreadsBegin_leavesNoneAdrift() {
        busyFor(20);
        CompletableFuture<CachedToken> first = call(LIMIT);
        executor.runNext();
        assertThat(first).isCompletedExceptionally();

        for (int i = 0; i < 500; i++) {
            CompletableFuture<CachedToken> caller = call(LIMIT);
            assertThat(caller).isNotDone();
            caller.cancel(true);
        }
        CompletableFuture<CachedToken> last = call(LIMIT);
        while (executor.waiting() > 1) {
            executor.runNext();
        }

        assertThat(time.sleeps()).isEmpty();
        executor.runNext();
        assertThat(last).isCompleted();
        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(20));
    }

    // Nobody fails by the haste of another.

    @Test
    void get_whenNobodyAnsweredAHastyCaller_asksAgainForThoseWithMoreTime() {
        silentFor(Duration.ofMillis(400));
        CompletableFuture<CachedToken> hasty = call(HASTE);
        CompletableFuture<CachedToken> patient = call(LIMIT);
        CompletableFuture<CachedToken> alsoPatient = call(LIMIT);

        executor.runNext();

        assertThat(failureOf(hasty).code()).isEqualTo(Code.NO_SOURCE_AVAILABLE);
        assertThat(patient).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runNext();
        assertThat(patient).isCompleted();
        assertThat(alsoPatient.join()).isSameAs(patient.join());
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    void get_whenAHastyCallerFoundNobody_isNotToldSoWithMoreTime() {
        silentFor(Duration.ofMillis(400));
        CompletableFuture<CachedToken> hasty = call(HASTE);
        executor.runNext();
        assertThat(hasty).isCompletedExceptionally();

        assertThat(call(HASTE)).isCompletedExceptionally();
        assertThat(call(LIMIT)).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_whenAHastyCallerWasRefused_isRefusedWhateverItsTime() {
        source.thenFails(new TokenAcquisitionException(Code.REFUSED, "no", "", null));
        CompletableFuture<CachedToken> hasty = call(HASTE);
        CompletableFuture<CachedToken> patient = call(LIMIT);
        executor.runNext();

        assertThat(failureOf(hasty).code()).isEqualTo(Code.REFUSED);
        assertThat(failureOf(patient).code()).isEqualTo(Code.REFUSED);
        assertThat(failureOf(call(Duration.ofHours(1))).code()).isEqualTo(Code.REFUSED);
    }

    @Test
    void get_whenNobodyIsThereForAny_asksNoMoreOftenThanThereAreLimits() {
        for (int i = 0; i < 20; i++) {
            source.thenUnavailable("not here", "");
        }
        List<CompletableFuture<CachedToken>> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            callers.add(call(i % 2 == 0 ? HASTE : LIMIT));
            time.advance(Duration.ofMillis(1));
        }

        while (executor.waiting() > 0) {
            executor.runNext();
        }

        assertThat(callers).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(source.calls()).isEqualTo(2);
    }

    private void silentFor(Duration duration) {
        source.then(request -> {
            time.advance(duration);
            return new TokenSource.Unavailable("nobody answers", "");
        });
    }

    // Each caller that does not block has a deadline of its own.

    @Test
    void getAsync_whenItsDeadlinePasses_failsAloneAndSaysWhoWasAsked() {
        source.then(request -> {
            // As time passes while the source is asked.
            time.advance(HASTE.plus(GRACE));
            return new TokenSource.Acquired(
                    Tokens.accessToken(RESOURCE, time.now().plusSeconds(3600)));
        });
        CompletableFuture<CachedToken> patient = call(LIMIT);
        CompletableFuture<CachedToken> hasty = call(HASTE);

        executor.runNext();

        assertThat(failureOf(hasty))
                .hasMessage("No token for https://storage.azure.com/ (TIMED_OUT).\n"
                        + "  fake: failed (550 ms): it has not come back yet.\n"
                        + "  no source answered within 500 ms. Allow a longer deadline.\n"
                        + "  More: " + MORE + "timed-out");
        assertThat(patient).isCompleted();
    }

    @Test
    void getAsync_whenTwoRequestsHangAtOnce_namesTheSourcesOfItsOwnRequest() {
        List<CompletableFuture<CachedToken>> later = new ArrayList<>();
        source.then(request -> {
            // The request of this source is not current any more, and no thread has begun the one after it.
            slot.state.clear();
            later.add(call(HASTE));
            time.advance(HASTE.plus(GRACE));
            return new TokenSource.Unavailable("late", "");
        });
        CompletableFuture<CachedToken> hasty = call(HASTE);
        CompletableFuture<CachedToken> patient = call(LIMIT);

        executor.runNext();

        assertThat(failureOf(hasty).attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.reason()).isEqualTo("it has not come back yet"));
        assertThat(failureOf(later.get(0)).attempts()).isEmpty();
        assertThat(patient).isNotDone();
    }

    @Test
    void getAsync_whenTheLastDeadlinePasses_endsTheRequest() {
        CompletableFuture<CachedToken> one = call(HASTE);
        CompletableFuture<CachedToken> other = call(HASTE.multipliedBy(2));

        time.advance(HASTE.plus(GRACE).minusMillis(1));
        assertThat(one).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(one).isCompletedExceptionally();
        assertThat(other).isNotDone();
        time.advance(HASTE);
        assertThat(other).isCompletedExceptionally();

        assertThat(time.alarms()).isZero();
        executor.runNext();
        assertThat(source.calls()).isZero();
    }

    @Test
    void cancel_ofTheLast_endsTheRequest() {
        CompletableFuture<CachedToken> one = call(LIMIT);
        CompletableFuture<CachedToken> other = call(LIMIT);

        one.cancel(true);
        assertThat(time.alarms()).isEqualTo(1);
        other.cancel(true);

        assertThatThrownBy(one::join).isInstanceOf(CancellationException.class);
        assertThat(time.alarms()).isZero();
        executor.runNext();
        assertThat(source.calls()).isZero();
        assertThat(slot.state.isStale()).isTrue();
        assertThat(slot.state.closeIfUnused()).isTrue();
    }

    @Test
    void cancel_ofOne_leavesTheRequestToTheOther() {
        CompletableFuture<CachedToken> one = call(LIMIT);
        CompletableFuture<CachedToken> other = call(LIMIT);

        one.cancel(true);
        executor.runNext();

        assertThat(other).isCompleted();
        assertThat(one).isCancelled();
    }

    // What a server asks for binds all callers, and forcing does not wear a source out.

    @Test
    void get_whenTheServerNamesAWait_isToldTheFailureUntilThenWithTheTimeThatIsLeft() {
        busyFor(60);
        CompletableFuture<CachedToken> first = call(LIMIT);
        executor.runNext();
        assertThat(failureOf(first)).hasMessageContaining("HTTP 429");
        slot.state.clear();

        for (int second = 1; second < 30; second++) {
            time.advance(Duration.ofSeconds(1));
            boolean force = second % 2 == 0;
            TokenAcquisitionException e =
                    catchThrowableOfType(TokenAcquisitionException.class, () -> slot.get(force, LIMIT));
            assertThat(e.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
            assertThat(e)
                    .hasMessageContaining("HTTP 429")
                    .hasMessageContaining("Not asked again for another " + (60 - second) + " s");
            assertThat(e.retryAfter()).hasValue(Duration.ofSeconds(60 - second));
        }
        assertThat(executor.waiting()).isZero();
        assertThat(slot.state.isStale()).isFalse();
        time.advance(Duration.ofSeconds(31));
        assertThat(slot.state.isStale()).isTrue();
        assertThat(call(LIMIT)).isNotDone();
        executor.runNext();
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    void get_withTimeUntilTheServerWantsToBeAsked_waitsForThat() {
        busyFor(60);
        CompletableFuture<CachedToken> first = call(LIMIT);
        executor.runNext();
        assertThat(first).isCompletedExceptionally();
        time.advance(Duration.ofSeconds(40));

        CompletableFuture<CachedToken> patient = call(LIMIT);
        assertThat(call(HASTE)).isCompletedExceptionally();
        executor.runNext();

        assertThat(patient).isCompleted();
        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(20));
    }

    @Test
    void get_whenARefreshIsToldToWait_bindsThoseWhoComeAfterTheExpiry() {
        acquire();
        time.advance(Duration.ofMinutes(59).plusSeconds(30));
        busyFor(600);
        slot.get(false, LIMIT);
        executor.runNext();
        time.advance(Duration.ofSeconds(30));

        assertThatThrownBy(() -> slot.get(false, LIMIT))
                .hasMessageContaining("Not asked again for another 570 s, as the server wishes.");
    }

    @Test
    void get_whenTheServerNamesADay_isAskedAgainAfterAnHour() {
        busyFor(86_400);
        CompletableFuture<CachedToken> first = call(LIMIT);
        executor.runNext();
        assertThat(first).isCompletedExceptionally();

        time.advance(Duration.ofHours(1));

        assertThat(call(LIMIT)).isNotDone();
    }

    private void busyFor(int seconds) {
        source.thenFails(new TokenAcquisitionException(
                Code.SERVICE_UNAVAILABLE, "HTTP 429", "", null, Duration.ofSeconds(seconds)));
    }

    @Test
    void get_whenForcedAgainAndAgain_asksTenTimesASecond() {
        for (int i = 0; i < 50; i++) {
            CompletableFuture<CachedToken> forced = slot.getAsync(true, LIMIT, Function.identity());
            executor.runNext();
            assertThat(forced).isCompleted();
        }

        assertThat(time.now()).isEqualTo(FakeTime.START.plusMillis(4_900));
    }

    @Test
    void get_whenForcedCallsWereGivenUp_leavesTheirTurnsToOthers() {
        TokenSourceChain chain = new TokenSourceChain(List.of(source), time, null, false);
        for (int i = 0; i < 400; i++) {
            TokenSlot slot = new TokenSlot(TokenRequest.forResource("r" + i), chain, executor, time, LIMIT);
            assertThat(slot.getAsync(true, Duration.ofSeconds(1), Function.identity()))
                    .isNotDone();
        }
        time.advance(Duration.ofSeconds(1).plus(GRACE));
        ManualExecutor free = new ManualExecutor();

        CompletableFuture<CachedToken> next =
                new TokenSlot(REQUEST, chain, free, time, LIMIT).getAsync(true, LIMIT, Function.identity());
        free.runNext();

        assertThat(next).isCompletedWithValueMatching(token -> true);
        assertThat(time.now()).isEqualTo(FakeTime.START.plusSeconds(1).plus(GRACE));
        assertThat(source.calls()).isEqualTo(1);
    }

    @Test
    void get_besideAForcedCallThatWaitsForItsTurn_doesNotWaitForThat() {
        assertThat(slot.getAsync(true, LIMIT, Function.identity())).isNotDone();
        executor.runNext();
        slot.state.clear();
        CompletableFuture<CachedToken> forced = slot.getAsync(true, LIMIT, Function.identity());

        CompletableFuture<CachedToken> plain = call(LIMIT);
        executor.runNext();

        assertThat(plain).isCompleted();
        assertThat(forced).isCompleted();
        assertThat(time.now()).isEqualTo(FakeTime.START);
    }

    @Test
    void get_whenItsTurnDoesNotCome_saysWhoseLimitThatIs() {
        assertThat(slot.getAsync(true, LIMIT, Function.identity())).isNotDone();
        executor.runNext();

        CompletableFuture<CachedToken> forced = slot.getAsync(true, GRACE, Function.identity());
        executor.runNext();

        assertThat(failureOf(forced))
                .hasMessageContaining("fake: failed (50 ms): its turn did not come in time: this library lets forced"
                        + " calls ask a source 10 times a second. Force fewer refreshes");
    }

    @Test
    void get_whenForcedForManyResources_sharesTheTenTimesASecond() {
        TokenSourceChain chain = new TokenSourceChain(List.of(source), time, null, false);
        for (int i = 0; i < 50; i++) {
            TokenSlot slot = new TokenSlot(TokenRequest.forResource("r" + i), chain, executor, time, LIMIT);
            assertThat(slot.getAsync(true, LIMIT, Function.identity())).isNotDone();
        }
        while (executor.waiting() > 0) {
            executor.runNext();
        }

        assertThat(source.calls()).isEqualTo(50);
        assertThat(time.now()).isEqualTo(FakeTime.START.plusMillis(4_900));
    }

    @Test
    void get_whenForcedInHaste_neitherEndsARefreshNorLogsAnything() {
        CachedToken old = acquire();
        time.advance(Duration.ofMinutes(56));
        slot.get(false, LIMIT);

        CompletableFuture<CachedToken> forced = slot.getAsync(true, GRACE, Function.identity());
        time.advance(GRACE.multipliedBy(2));
        assertThat(failureOf(forced).code()).isEqualTo(Code.TIMED_OUT);
        executor.runNext();

        assertThat(slot.get(false, LIMIT).token).isNotSameAs(old.token);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void get_whenForcedInHasteAndAlone_endsItsRequestAndLogsNothing() {
        CachedToken old = acquire();

        CompletableFuture<CachedToken> forced = slot.getAsync(true, GRACE, Function.identity());
        time.advance(GRACE.multipliedBy(2));
        assertThat(forced).isCompletedExceptionally();
        executor.runNext();

        assertThat(source.calls()).isEqualTo(1);
        assertThat(slot.get(false, LIMIT).token).isSameAs(old.token);
        assertThat(log.lines()).isEmpty();
    }

    private CompletableFuture<CachedToken> call(Duration limit) {
        return slot.getAsync(false, limit, Function.identity());
    }

    private CachedToken acquire() {
        CompletableFuture<CachedToken> answer = call(LIMIT);
        executor.runNext();
        return answer.join();
    }

    private static TokenAcquisitionException failureOf(CompletableFuture<CachedToken> answer) {
        assertThat(answer).isDone();
        return (TokenAcquisitionException)
                answer.handle((token, thrown) -> thrown).join();
    }

    private TokenSlot slot(TokenSource source) {
        return new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
    }
}
