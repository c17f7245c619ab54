// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.RecordedLog;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a token in the cache, with a clock that the test owns and requests that it lets go one by one. */
class TokenSlotTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();
    private final ScriptedSource source = new ScriptedSource("fake", time);
    private final TokenSlot slot = slot(source);

    private final RecordedLog log = new RecordedLog("io.podidentity.tokenprovider.TokenSlot");

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void get_whenFresh_answersWithoutARequest() {
        CachedToken first = acquire();

        time.advance(Duration.ofMinutes(54));

        assertThat(slot.get(false, LIMIT).token).isSameAs(first.token);
        assertThat(slot.freshToken()).isNotNull().isSameAs(slot.get(false, LIMIT));
        assertThat(executor.waiting()).isZero();
        assertThat(source.calls()).isEqualTo(1);
    }

    @Test
    void refreshAt_forAnHour_isFiveMinutesBeforeExpiryLessTheJitter() {
        CachedToken token = acquire();

        Instant due = FakeTime.START.plus(Duration.ofMinutes(55));
        assertThat(token.token.refreshOn().orElseThrow()).isBetween(due.minusSeconds(30), due);
        assertThat(token.token.expiresOn()).isEqualTo(FakeTime.START.plus(HOUR));
    }

    @Test
    void refreshAt_forADay_isHalfOfItLessTheJitter() {
        source.thenTokenFor(Duration.ofHours(24));

        Instant due = FakeTime.START.plus(Duration.ofHours(12));
        assertThat(acquire().token.refreshOn().orElseThrow()).isBetween(due.minusSeconds(30), due);
    }

    @Test
    void refreshAt_forAShortLife_isHalfOfIt() {
        source.thenTokenFor(Duration.ofMinutes(4));

        Instant due = FakeTime.START.plus(Duration.ofMinutes(2));
        assertThat(acquire().token.refreshOn().orElseThrow()).isBetween(due.minusSeconds(12), due);
    }

    @Test
    void refreshAt_whenTheIssuerWishes_isThatLessTheJitter() {
        Instant wish = FakeTime.START.plus(Duration.ofMinutes(20));
        source.then(request -> new TokenSource.Acquired(
                Tokens.accessToken(RESOURCE, FakeTime.START.plus(HOUR)).withRefreshOn(wish)));

        assertThat(acquire().token.refreshOn().orElseThrow()).isBetween(wish.minusSeconds(30), wish);
    }

    @Test
    void get_whenRefreshIsDue_answersTheOldTokenAndBeginsOneRefresh() {
        CachedToken old = acquire();
        time.advance(Duration.ofMinutes(56));

        for (int i = 0; i < 1_000; i++) {
            assertThat(slot.get(false, LIMIT).token).isSameAs(old.token);
            time.advance(Duration.ofMillis(2));
        }

        assertThat(executor.waiting()).isEqualTo(1);
        executor.runNext();
        assertThat(source.calls()).isEqualTo(2);
        assertThat(slot.get(false, LIMIT).token.expiresOn()).isAfter(old.token.expiresOn());
    }

    @Test
    void get_whileRefreshesFail_answersTheOldTokenAndTriesEverMoreSeldom() {
        CachedToken old = acquire();
        time.advance(Duration.ofMinutes(55));
        for (int i = 0; i < 20; i++) {
            source.thenFails(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 500", "", null));
        }

        List<Long> triesAtSecond = new ArrayList<>();
        for (long second = 0; second < 290; second++) {
            assertThat(slot.get(false, LIMIT).token).isSameAs(old.token);
            if (executor.waiting() > 0) {
                triesAtSecond.add(second);
                executor.runNext();
            }
            time.advance(Duration.ofSeconds(1));
        }

        assertThat(triesAtSecond).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L, 127L, 191L, 255L);
        assertThat(log.lines()).hasSize(10).allSatisfy(entry -> {
            assertThat(entry.getLevel()).isEqualTo(Level.WARNING);
            assertThat((String) entry.getParameters()[0]).contains("HTTP 500").doesNotContain(old.token.value());
        });
    }

    @Test
    void get_whenTheServerNamesAWait_doesNotRefreshBeforeIt() {
        acquire();
        time.advance(Duration.ofMinutes(55));
        source.thenFails(
                new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 429", "", null, Duration.ofSeconds(40)));

        slot.get(false, LIMIT);
        executor.runNext();
        time.advance(Duration.ofSeconds(39));
        slot.get(false, LIMIT);
        assertThat(executor.waiting()).isZero();
        time.advance(Duration.ofSeconds(2));
        slot.get(false, LIMIT);

        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_whenExpired_waitsForANewToken() {
        CachedToken old = acquire();
        time.advance(HOUR);

        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());
        assertThat(answer).isNotDone();
        executor.runNext();

        assertThat(answer.join().token.expiresOn())
                .isEqualTo(old.token.expiresOn().plus(HOUR));
    }

    @Test
    void getAsync_whenAThousandMissTogether_sendsOneRequestAndAllShareIt() {
        List<CompletableFuture<CachedToken>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(slot.getAsync(false, LIMIT, Function.identity()));
        }

        assertThat(executor.waiting()).isEqualTo(1);
        executor.runNext();

        AccessToken first = answers.get(0).join().token;
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join().token).isSameAs(first));
        assertThat(source.calls()).isEqualTo(1);
    }

    @Test
    void getAsync_whenAThousandFailTogether_allShareTheFailure() {
        source.thenUnavailable("nobody is logged in", "Log in.");
        List<CompletableFuture<CachedToken>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(slot.getAsync(false, LIMIT, Function.identity()));
        }

        executor.runNext();

        assertThat(answers)
                .allSatisfy(answer -> assertThat(failureOf(answer)).hasMessageContaining("nobody is logged in"));
        assertThat(source.calls()).isEqualTo(1);
        assertThat(executor.waiting()).isZero();
    }

    @Test
    void get_rightAfterAFailure_repeatsItWithoutARequest() {
        source.thenUnavailable("nobody is logged in", "");
        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        assertThat(answer).isCompletedExceptionally();

        time.advance(Duration.ofMillis(999));

        assertThatThrownBy(() -> slot.get(false, LIMIT))
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("nobody is logged in");
        assertThat(executor.waiting()).isZero();
        time.advance(Duration.ofMillis(2));
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_whenForced_asksAgainAndParallelForcedCallsShareIt() {
        CachedToken first = acquire();

        CompletableFuture<CachedToken> one = slot.getAsync(true, LIMIT, Function.identity());
        CompletableFuture<CachedToken> other = slot.getAsync(true, LIMIT, Function.identity());
        assertThat(slot.get(false, LIMIT).token).isSameAs(first.token);
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runNext();

        assertThat(one.join().token).isSameAs(other.join().token).isNotSameAs(first.token);
        assertThat(slot.getAsync(true, LIMIT, Function.identity())).isNotDone();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    @Test
    void get_whenForcedAndAFailureIsRemembered_asksAllTheSame() {
        source.thenUnavailable("nobody is logged in", "");
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
        executor.runNext();

        CompletableFuture<CachedToken> forced = slot.getAsync(true, LIMIT, Function.identity());
        executor.runNext();

        assertThat(forced.join().token.resource()).isEqualTo(RESOURCE);
    }

    @Test
    void getAsync_whenTheRequestWasCutShortByAnothersDeadline_beginsARequestOfItsOwn() {
        source.thenFails(new TokenAcquisitionException(Code.TIMED_OUT, "the deadline passed", "", null));
        CompletableFuture<CachedToken> hasty = slot.getAsync(false, Duration.ofMillis(1), Function.identity());
        CompletableFuture<CachedToken> patient = slot.getAsync(false, LIMIT, Function.identity());

        executor.runNext();
        assertThat(hasty).isCompletedExceptionally();
        assertThat(patient).isNotDone();
        executor.runNext();

        assertThat(patient.join().token.resource()).isEqualTo(RESOURCE);
    }

    @Test
    void clear_whileARequestIsUnderWay_keepsItsTokenOutOfTheCache() {
        CompletableFuture<CachedToken> waiting = slot.getAsync(false, LIMIT, Function.identity());
        slot.state.clear();
        CompletableFuture<CachedToken> later = slot.getAsync(false, LIMIT, Function.identity());
        assertThat(executor.waiting()).isEqualTo(2);

        executor.runNext();

        assertThat(waiting).isCompleted();
        assertThat(slot.freshToken()).isNull();
        executor.runNext();
        assertThat(slot.freshToken()).isSameAs(later.join());
    }

    @Test
    void get_whenTheAccountChanged_noticesWithinASecondAndAsksAgain() {
        AccountSource account = new AccountSource();
        TokenSlot slot = slot(account);
        CompletableFuture<CachedToken> first = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();

        account.fingerprint++;
        assertThat(slot.get(false, LIMIT)).isSameAs(first.join());
        time.advance(Duration.ofMillis(CachedToken.CHECK_MILLIS));
        CompletableFuture<CachedToken> second = slot.getAsync(false, LIMIT, Function.identity());
        assertThat(second).isNotDone();
        executor.runNext();

        assertThat(second.join().token).isNotSameAs(first.join().token);
        assertThat(account.looks).isEqualTo(3);
    }

    @Test
    void get_whenTheAccountIsTheSame_looksAtItOnceASecond() {
        AccountSource account = new AccountSource();
        TokenSlot slot = slot(account);
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
        executor.runNext();

        for (int i = 0; i < 10_000; i++) {
            slot.get(false, LIMIT);
            time.advance(Duration.ofMillis(1));
        }

        assertThat(account.looks).isEqualTo(10);
        assertThat(executor.waiting()).isZero();
    }

    @Test
    void get_whenNoThreadIsToBeHad_failsInsteadOfWaiting() {
        TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(source), time, null, false),
                task -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                time,
                LIMIT);

        assertThatThrownBy(() -> slot.get(false, LIMIT))
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("OutOfMemoryError");
    }

    @Test
    void isStale_untilATokenIsThereAndAfterItExpired() {
        assertThat(slot.state.isStale()).isTrue();
        assertThat(slot.getAsync(false, LIMIT, Function.identity())).isNotDone();
        assertThat(slot.state.isStale()).isFalse();
        executor.runNext();
        assertThat(slot.state.isStale()).isFalse();
        time.advance(HOUR);
        assertThat(slot.state.isStale()).isTrue();
    }

    private static Throwable failureOf(CompletableFuture<CachedToken> answer) {
        return answer.handle((token, thrown) -> thrown).join();
    }

    private CachedToken acquire() {
        CompletableFuture<CachedToken> answer = slot.getAsync(false, LIMIT, Function.identity());
        executor.runNext();
        return answer.join();
    }

    private TokenSlot slot(TokenSource source) {
        return new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(source), time, null, false),
                executor,
                time,
                LIMIT);
    }

    private final class AccountSource implements TokenSource {
        long fingerprint = 1;
        int looks;

        @Override
        public Object account() {
            looks++;
            return fingerprint;
        }

        @Override
        public Outcome acquire(TokenRequest request) {
            return new Acquired(
                    Tokens.accessToken(request.resource(), time.now().plus(HOUR)));
        }
    }
}
