// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceChainTest {
    private static final String MORE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#";

    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));

    private final FakeTime time = new FakeTime();
    private final ScriptedSource first = new ScriptedSource("First", time);
    private final ScriptedSource second = new ScriptedSource("Second", time);
    private final TokenSourceChain chain = new TokenSourceChain(List.of(first, second), time, null, false);

    @Test
    void acquire_whenTheFirstAnswers_doesNotAskTheNext() throws InterruptedException {
        CachedToken token = chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        assertThat(second.calls()).isZero();
        assertThat(token.attempts())
                .extracting(TokenAttempt::source, TokenAttempt::state)
                .containsExactly(tuple("First", State.ACQUIRED), tuple("Second", State.NOT_TRIED));
    }

    @Test
    void acquire_whenTheTokenIsOfAnotherTenantThanAsked_fails() {
        // The scripted source's tokens are of tenant 33333333-….
        TokenAcquisitionException e = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> chain.acquire(
                        ChainRuns.of(chain, REQUEST.withTenantId("44444444-4444-4444-4444-444444444444"), time), null));

        assertThat(e.code()).isEqualTo(Code.REFUSED);
        assertThat(second.calls()).isZero();
        assertThat(e)
                .hasMessage("No token for https://storage.azure.com/ (REFUSED).\n"
                        + "  First: failed (0 ms): First answered with a token of tenant"
                        + " 33333333-3333-3333-3333-333333333333, not of 44444444-4444-4444-4444-444444444444."
                        + " Sign in to that tenant, or ask for no other one.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "33333333-3333-3333-3333-333333333333",
                "contoso.onmicrosoft.com",
                "a-domain-of-36-characters.azure.test",
                "organizations"
            })
    void acquire_whenTheTenantIsTheSameOrNoGuid_isTheToken(String tenant) throws InterruptedException {
        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST.withTenantId(tenant), time), null))
                .isNotNull();
    }

    @Test
    void acquire_whenTheTokenSaysNoTenant_isTheToken() throws InterruptedException {
        first.then(request -> new TokenSource.Acquired(new AccessToken(
                "opaque", request.resource(), "Bearer", time.now().plusSeconds(60), null, null, "First")));

        assertThat(chain.acquire(
                                ChainRuns.of(chain, REQUEST.withTenantId("44444444-4444-4444-4444-444444444444"), time),
                                null)
                        .token
                        .value())
                .isEqualTo("opaque");
    }

    @Test
    void toString_always_namesTheSources() {
        assertThat(chain).hasToString("[First, Second]");
    }

    @Test
    void acquire_whenTheFirstIsUnavailable_asksTheNext() throws InterruptedException {
        first.thenUnavailable("it is not installed", "Install it.");

        CachedToken token = chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        assertThat(token.attempts().get(0)).hasToString("First: unavailable (0 ms): it is not installed. Install it.");
        assertThat(token.attempts().get(1)).hasToString("Second: got the token (0 ms)");
    }

    @Test
    void acquire_whenTheFirstFails_stopsThere() {
        first.thenFails(new TokenAcquisitionException(Code.REFUSED, "Entra ID said no", "Log in again.", null));

        TokenAcquisitionException e = failure();

        assertThat(second.calls()).isZero();
        assertThat(e.code()).isEqualTo(Code.REFUSED);
        assertThat(e.attempts()).extracting(TokenAttempt::state).containsExactly(State.FAILED, State.NOT_TRIED);
        assertThat(e)
                .hasMessage("No token for https://storage.azure.com/ (REFUSED).\n"
                        + "  First: failed (0 ms): Entra ID said no. Log in again.");
    }

    @Test
    void acquire_whenNoneIsAvailable_namesEachWithItsTimeReasonAndRemedy() {
        first.then(request -> {
            time.advance(Duration.ofMillis(412));
            return new TokenSource.Unavailable("nobody is logged in", "Run 'login'.");
        });
        second.thenUnavailable("nothing answered", "");

        TokenAcquisitionException e = failure();

        assertThat(e.code()).isEqualTo(Code.NO_SOURCE_AVAILABLE);
        assertThat(e.isTransient()).isFalse();
        assertThat(e)
                .hasMessage("No token for https://storage.azure.com/ (NO_SOURCE_AVAILABLE).\n"
                        + "  First: unavailable (412 ms): nobody is logged in. Run 'login'.\n"
                        + "  Second: unavailable (0 ms): nothing answered.\n"
                        + "  More: " + MORE + "no-source-available");
    }

    @Test
    void acquire_whenReasonsAreLong_keepsALineEachAndEightHundredCharacters() {
        first.thenUnavailable("a ".repeat(2_000), "Do this.");
        second.thenUnavailable("b\n".repeat(2_000), "Do that.");

        String message = failure().getMessage();

        assertThat(message.length()).isBetween(700, 800);
        assertThat(message.lines()).hasSize(4);
    }

    @Test
    void acquire_afterASuccess_asksThatSourceOnlyAndNeverChangesTheIdentity() throws InterruptedException {
        first.thenUnavailable("not here", "");
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        second.thenUnavailable("gone", "Bring it back.");

        TokenAcquisitionException e = failure();

        assertThat(first.calls()).isEqualTo(1);
        assertThat(second.calls()).isEqualTo(2);
        assertThat(e.attempts()).extracting(TokenAttempt::state).containsExactly(State.NOT_TRIED, State.UNAVAILABLE);
    }

    @Test
    void acquire_whenAnotherWalkPinsASourceMeanwhile_asksNoOtherOne() {
        first.then(request -> {
            chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
            return new TokenSource.Unavailable("it hung", "");
        });

        TokenAcquisitionException e = failure();

        assertThat(first.calls()).isEqualTo(2);
        assertThat(second.calls()).isZero();
        assertThat(e.attempts()).extracting(TokenAttempt::state).containsExactly(State.UNAVAILABLE, State.NOT_TRIED);
    }

    @Test
    void acquire_whenAnotherWalkPinsAnotherSourceFirst_doesNotUseItsOwnToken() {
        first.thenUnavailable("not here", "");
        second.then(request -> {
            chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
            return new TokenSource.Acquired(Tokens.accessToken("r", time.now().plusSeconds(60)));
        });

        TokenAcquisitionException e = failure();

        assertThat(e.attempts().get(1))
                .hasToString("Second: unavailable (0 ms): another source gave this process its identity meanwhile."
                        + " Try again.");
    }

    @Test
    void unpin_letsAllBeAskedAgain() throws InterruptedException {
        first.thenUnavailable("not here", "");
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        chain.unpin();
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        assertThat(first.calls()).isEqualTo(2);
    }

    @Test
    void acquire_whenTheDeadlinePasses_asksNoFurtherSource() {
        first.then(request -> {
            time.advance(Duration.ofSeconds(30));
            return new TokenSource.Unavailable("it hung", "");
        });

        TokenAcquisitionException e = failure();

        assertThat(second.calls()).isZero();
        assertThat(e.code()).isEqualTo(Code.TIMED_OUT);
        assertThat(e.attempts()).extracting(TokenAttempt::state).containsExactly(State.UNAVAILABLE, State.NOT_TRIED);
    }

    @Test
    void acquire_givesEachSourceWhatIsLeftOfTheDeadline() throws InterruptedException {
        first.then(request -> {
            time.advance(Duration.ofSeconds(10));
            return new TokenSource.Unavailable("slow", "");
        });
        second.then(request -> {
            assertThat(request.deadline()).hasValue(Duration.ofSeconds(20));
            return new TokenSource.Acquired(Tokens.accessToken("r", time.now().plusSeconds(60)));
        });

        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        assertThat(second.calls()).isEqualTo(1);
    }

    @Test
    void acquire_whenASourceOfTheUsersThrows_namesTheClassAndNotTheText() {
        first.then(request -> {
            throw new IllegalStateException("secret");
        });

        TokenAcquisitionException e = failure();

        assertThat(e.attempts().get(0).reason()).isEqualTo("it threw java.lang.IllegalStateException");
        assertThat(e.getMessage()).doesNotContain("secret");
    }

    @Test
    void anticipate_whileTheFirstIsAsked_letsLaterOnesFindOut() {
        List<String> heard = new ArrayList<>();
        TokenSourceChain chain = new TokenSourceChain(
                List.of(new Foresight("own", heard), first, new Foresight("later", heard)), time, null, false);

        chain.anticipate();

        assertThat(heard).containsExactly("later begins");
    }

    @Test
    void acquire_ofTheFirstToken_letsLaterOnesGiveUpAndBeginNoMore() throws InterruptedException {
        List<String> heard = new ArrayList<>();
        TokenSourceChain chain = new TokenSourceChain(
                List.of(new Foresight("own", heard), first, new Foresight("later", heard)), time, null, false);

        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        chain.anticipate();

        assertThat(heard).containsExactly("later gives up");
    }

    @Test
    void acquire_whenTheFirstIsSilentAndNobodyStandsIn_isTransient() {
        first.then(request -> new TokenSource.Silent("no answer", "Wait."));
        second.thenUnavailable("it is not installed", "");

        TokenAcquisitionException e = failure();

        assertThat(e.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(e.isTransient()).isTrue();
        assertThat(e)
                .hasMessage("No token for https://storage.azure.com/ (SERVICE_UNAVAILABLE).\n"
                        + "  First: unavailable (0 ms): no answer. Wait.\n"
                        + "  Second: unavailable (0 ms): it is not installed.\n"
                        + "  More: " + MORE + "service-unavailable");
    }

    @Test
    void acquire_whenThePinnedSourceIsSilent_isTransientAndAsksNobodyElse() throws InterruptedException {
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        first.then(request -> new TokenSource.Silent("no answer", "Wait."));

        assertThat(failure().code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(second.calls()).isZero();
    }

    @Test
    void acquire_afterAnotherStoodIn_asksTheSilentOneForAMomentAndThenStaysWithIt() throws InterruptedException {
        List<Duration> patience = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            first.then(request -> {
                patience.add(request.deadline().orElseThrow());
                return new TokenSource.Silent("no answer", "Wait.");
            });
        }

        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST, time), null).attempts())
                .extracting(TokenAttempt::state)
                .contains(State.ACQUIRED);
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        assertThat(second.calls()).isEqualTo(2);
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);

        assertThat(second.calls()).isEqualTo(2);
        assertThat(first.calls()).isEqualTo(4);
        assertThat(patience).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(3));
    }

    @Test
    void get_ofAStandIn_asksTheAbsentSourceAgainInSecondsAndTheStandInNotBefore() {
        ManualExecutor executor = new ManualExecutor();
        TokenSlot slot = new TokenSlot(TokenRequest.forResource("r"), chain, executor, time, Duration.ofSeconds(30));
        for (int i = 0; i < 3; i++) {
            first.then(request -> new TokenSource.Silent("no answer", "Wait."));
        }
        CompletableFuture<CachedToken> waiting = slot.getAsync(false, Duration.ofSeconds(30), token -> token);
        executor.runNext();
        assertThat(waiting).isCompleted();
        CachedToken standIn = slot.get(false, Duration.ofSeconds(30));
        assertThat(standIn.token.refreshOn()).hasValue(time.now().plusSeconds(5));

        for (int i = 0; i < 2; i++) {
            time.advance(Duration.ofSeconds(5));
            assertThat(slot.get(false, Duration.ofSeconds(30)).token.source()).isEqualTo(standIn.token.source());
            executor.runNext();
        }
        assertThat(first.calls()).isEqualTo(3);
        assertThat(second.calls()).isEqualTo(1);

        time.advance(Duration.ofSeconds(5));
        slot.get(false, Duration.ofSeconds(30));
        executor.runNext();

        assertThat(slot.get(false, Duration.ofSeconds(30)).attempts().get(0).state())
                .isEqualTo(State.ACQUIRED);
        assertThat(second.calls()).isEqualTo(1);
    }

    @Test
    void acquire_afterAnotherStoodIn_givesOneThatIsBackAndBusyAllTheTime() throws InterruptedException {
        first.then(request -> new TokenSource.Silent("no answer", "Wait."));
        chain.acquire(ChainRuns.of(chain, REQUEST, time), null);
        List<Duration> patience = new ArrayList<>();
        first.then(request -> {
            patience.add(request.deadline().orElseThrow());
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, "HTTP 429", "", null);
        });
        first.then(request -> {
            patience.add(request.deadline().orElseThrow());
            return new TokenSource.Acquired(Tokens.accessToken("r", time.now().plusSeconds(60)));
        });

        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST, time), null).attempts())
                .extracting(TokenAttempt::state)
                .containsExactly(State.ACQUIRED, State.NOT_TRIED);
        assertThat(patience).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(30));
    }

    @Test
    void acquire_ofANamedIdentity_neitherPinsNorIsPinned() throws InterruptedException {
        first.thenUnavailable("the request names another client ID", "");
        chain.acquire(ChainRuns.of(chain, REQUEST.withClientId("c"), time), null);
        assertThat(second.calls()).isEqualTo(1);

        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST, time), null)
                        .attempts()
                        .get(0)
                        .state())
                .isEqualTo(State.ACQUIRED);
        first.thenUnavailable("the request names another client ID", "");
        chain.acquire(ChainRuns.of(chain, REQUEST.withClientId("c"), time), null);

        assertThat(second.calls()).isEqualTo(2);
    }

    @Test
    void acquire_ofATokenWithACaveat_tellsItInTheAttempts() throws InterruptedException {
        first.then(request -> new TokenSource.Acquired(
                Tokens.accessToken(request.resource(), time.now().plusSeconds(60)), "others have it too"));

        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST, time), null)
                        .attempts()
                        .get(0))
                .hasToString("First: got the token (0 ms): others have it too.");
    }

    private TokenAcquisitionException failure() {
        return catchThrowableOfType(
                TokenAcquisitionException.class, () -> chain.acquire(ChainRuns.of(chain, REQUEST, time), null));
    }

    @Test
    void acquire_whenThePrincipalIsTheSame_givesTheSameObject() throws InterruptedException {
        Principal before = chain.acquire(ChainRuns.of(chain, REQUEST, time), null)
                .token
                .principal()
                .orElseThrow();

        assertThat(before).isNotNull();
        assertThat(chain.acquire(ChainRuns.of(chain, REQUEST, time), null).token.principal())
                .containsSame(before);
    }

    /** Never there, and says what it hears. */
    private record Foresight(String name, List<String> heard) implements TokenSource, Anticipating {
        @Override
        public Outcome acquire(TokenRequest request) {
            return new Unavailable("never there", "");
        }

        @Override
        public void anticipate() {
            heard.add(name + " begins");
        }

        @Override
        public void abandon() {
            heard.add(name + " gives up");
        }
    }
}
