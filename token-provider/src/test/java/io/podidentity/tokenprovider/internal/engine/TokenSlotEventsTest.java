// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.RecordedLog;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** What a slot tells a listener at which moment, with a clock that the test owns. */
class TokenSlotEventsTest {
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofMillis(50);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();
    private final List<Event> events = new ArrayList<>();
    private TokenListener listener = events::add;
    private final ScriptedSource script = new ScriptedSource("fake", time);
    private final AccountSource source = new AccountSource();
    private final TokenSourceChain chain = new TokenSourceChain(
            List.of(source), time, new EventPublisher(List.of(event -> listener.on(event))), false);
    private final TokenSlot slot = new TokenSlot(REQUEST, chain, executor, time, LIMIT);

    private final class AccountSource implements TokenSource {
        long fingerprint = 1;

        @Override
        public Object account() {
            return fingerprint;
        }

        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            time.advance(Duration.ofMillis(7));
            return script.acquire(request);
        }

        @Override
        public String name() {
            return "fake";
        }
    }

    private AccessToken acquire() {
        CompletableFuture<AccessToken> answer = ask();
        executor.runNext();
        return answer.join();
    }

    private CompletableFuture<AccessToken> ask() {
        CompletableFuture<AccessToken> answer = slot.getAsync(false, LIMIT, cached -> cached.token);
        assertThat(answer).isNotNull();
        return answer;
    }

    private List<Kind> kinds() {
        return events.stream().map(Event::kind).toList();
    }

    @Test
    void acquired_andPinned_areToldAfterTheCallersHaveTheirs() {
        CompletableFuture<AccessToken> answer = ask();
        List<Boolean> answered = new ArrayList<>();
        listener = event -> {
            events.add(event);
            answered.add(answer.isDone());
        };

        executor.runNext();

        assertThat(kinds()).containsExactly(Kind.WAITED, Kind.ACQUIRED, Kind.PINNED);
        assertThat(answered).containsExactly(true, true, true);
        assertThat(events.get(0).duration()).isEqualTo(Duration.ofMillis(7));
        assertThat(events.get(1).duration()).isEqualTo(Duration.ofMillis(7));
        assertThat(events.get(1).attempts()).hasSize(1);
        assertThat(events.get(1).request()).isEqualTo(REQUEST);
        assertThat(events.get(2).source()).hasValue("fake");
    }

    @Test
    void pin_inAProcess_isOneLineWithSourceAndPrincipal() {
        RecordedLog log = new RecordedLog(TokenListener.class.getPackageName());
        try {
            TokenSourceChain logging = new TokenSourceChain(List.of(source), time, null, true);
            TokenSlot other = new TokenSlot(REQUEST, logging, executor, time, LIMIT);
            for (int i = 0; i < 2; i++) {
                assertThat(other.getAsync(false, LIMIT, cached -> cached.token)).isNotNull();
                executor.runNext();
                other.state.clear();
            }
            logging.quietenLog();
            logging.unpin();
            assertThat(other.getAsync(false, LIMIT, cached -> cached.token)).isNotNull();
            executor.runNext();
        } finally {
            log.close();
        }

        assertThat(log.lines()).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getMessage())
                    .isEqualTo("Tokens come from fake from now on: App 11111111-1111-1111-1111-111111111111,"
                            + " object ID 22222222-2222-2222-2222-222222222222,"
                            + " tenant 33333333-3333-3333-3333-333333333333");
        });
    }

    @Test
    void pinned_ofASecondToken_isNotToldAgain() {
        acquire();
        slot.state.clear();
        events.clear();

        acquire();

        assertThat(kinds()).containsExactly(Kind.WAITED, Kind.ACQUIRED);
        chain.unpin();
        slot.state.clear();
        acquire();
        assertThat(kinds()).endsWith(Kind.PINNED);
    }

    @Test
    void refreshed_behindTheCallers_isNoWait() {
        acquire();
        events.clear();
        time.advance(MINUTE.multipliedBy(56));

        assertThat(ask()).isDone();
        executor.runNext();

        assertThat(kinds()).containsExactly(Kind.REFRESHED);
        assertThat(events.get(0).expiresOn()).hasValue(time.now().plusSeconds(3600));
        assertThat(events.get(0).duration()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void refreshFailed_whileTheOldTokenIsValid_namesTheOldTokensExpiry() {
        AccessToken old = acquire();
        events.clear();
        time.advance(MINUTE.multipliedBy(56));
        script.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 500", "", null));

        assertThat(ask().join()).isSameAs(old);
        executor.runNext();

        assertThat(kinds()).containsExactly(Kind.REFRESH_FAILED);
        assertThat(events.get(0).expiresOn()).hasValue(old.expiresOn());
        assertThat(events.get(0).source()).hasValue("fake");
        assertThat(events.get(0).failure())
                .hasValueSatisfying(failure -> assertThat(failure.reason()).isEqualTo("HTTP 500"));
        assertThat(events.get(0).attempts()).hasSize(1);
    }

    @Test
    void failed_withoutATokenBefore_isToldWithItsAttempts() {
        script.thenUnavailable("nobody is logged in", "Log in.");

        CompletableFuture<AccessToken> answer = ask();
        executor.runNext();

        assertThat(answer).isCompletedExceptionally();
        assertThat(kinds()).containsExactly(Kind.WAITED, Kind.FAILED);
        assertThat(events.get(1).attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.reason()).isEqualTo("nobody is logged in"));
        assertThat(events.get(0).failure()).isPresent();
    }

    @Test
    void waited_byACallerWhoGaveUp_isNotTold() {
        CompletableFuture<AccessToken> answer = ask();

        answer.cancel(false);
        executor.runNext();

        assertThat(events).isEmpty();
    }

    @Test
    void accountChanged_isToldOnceForAToken() {
        acquire();
        events.clear();
        source.fingerprint = 2;
        time.advance(Duration.ofSeconds(2));

        CompletableFuture<AccessToken> one = ask();
        CompletableFuture<AccessToken> two = ask();

        assertThat(kinds()).containsExactly(Kind.ACCOUNT_CHANGED);
        executor.runNext();
        assertThat(one).isCompleted();
        assertThat(two).isCompleted();
        assertThat(kinds()).containsExactly(Kind.ACCOUNT_CHANGED, Kind.WAITED, Kind.WAITED, Kind.ACQUIRED);
    }

    @Test
    void clockJumped_byAMinuteOrMore_isToldOnceForAToken() {
        acquire();
        events.clear();

        time.suspend(MINUTE.minusMillis(1));
        assertThat(ask()).isDone();
        assertThat(events).isEmpty();

        time.suspend(Duration.ofSeconds(2));
        assertThat(ask()).isDone();
        time.advance(Duration.ofSeconds(2));
        assertThat(ask()).isDone();

        assertThat(kinds()).containsExactly(Kind.CLOCK_JUMPED);
        assertThat(events.get(0).duration()).isEqualTo(Duration.ofMillis(61_999));
    }

    @Test
    void clockJumped_back_isNegative() {
        acquire();
        events.clear();

        time.setWallClock(FakeTime.START.minus(Duration.ofHours(1)));
        assertThat(ask()).isDone();

        assertThat(kinds()).containsExactly(Kind.CLOCK_JUMPED);
        assertThat(events.get(0).duration()).isNegative();
    }

    @Test
    void failed_ofARequestThatHangs_isToldOnceAndOffTheLockWhenItIsGivenUp() {
        CompletableFuture<AccessToken> answer = ask();
        List<Boolean> lockWasFree = new ArrayList<>();
        listener = event -> {
            events.add(event);
            lockWasFree.add(CompletableFuture.supplyAsync(slot.state::isStale)
                    .handle((stale, thrown) -> true)
                    .completeOnTimeout(false, 10, TimeUnit.SECONDS)
                    .join());
        };

        time.advance(LIMIT.plusSeconds(1));

        assertThatThrownBy(answer::join).hasCauseInstanceOf(TokenAcquisitionException.class);
        assertThat(kinds()).containsExactly(Kind.WAITED, Kind.FAILED);
        assertThat(lockWasFree).containsOnly(true);
        assertThat(events).allSatisfy(event -> {
            assertThat(event.duration()).isEqualTo(LIMIT.plusSeconds(1));
            assertThat(event.failure())
                    .hasValueSatisfying(e -> assertThat(e.code()).isEqualTo(Code.TIMED_OUT));
        });
        executor.runNext();
        assertThat(events).hasSize(2);
    }

    @Test
    void failed_ofARequestThatACallerInHasteLeft_isNotTold() {
        CompletableFuture<AccessToken> patient = ask();
        assertThat(slot.getAsync(false, GRACE, cached -> cached.token)).isNotDone();

        time.advance(GRACE.plus(GRACE));
        patient.cancel(false);
        executor.runNext();

        assertThat(kinds()).containsExactly(Kind.WAITED);
    }

    @Test
    void refreshFailed_ofOneThatHangs_isToldWhenTheNextBegins() {
        AccessToken old = acquire();
        time.advance(MINUTE.multipliedBy(56));
        assertThat(slot.get(false, LIMIT).token).isSameAs(old);
        time.advance(MINUTE);
        events.clear();

        assertThat(slot.get(false, LIMIT).token).isSameAs(old);

        assertThat(executor.waiting()).isEqualTo(2);
        assertThat(kinds()).containsExactly(Kind.REFRESH_FAILED);
        assertThat(events.get(0).expiresOn()).hasValue(old.expiresOn());
    }
}
