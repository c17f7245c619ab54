// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How often a source is asked that has no token, and what the cache keeps. */
class RememberedFailureTest {
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTime time = new FakeTime();
    private final ManualExecutor executor = new ManualExecutor();
    private final ScriptedSource source = new ScriptedSource("fake", time);
    private final TokenSlot slot =
            new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);

    /** Of a caller: whether it got a token. */
    private boolean call() {
        CompletableFuture<CachedToken> future = slot.getAsync(false, LIMIT, Function.identity());
        while (executor.waiting() > 0) {
            executor.runNext();
        }
        return !future.isCompletedExceptionally();
    }

    private void fails(Code code, int times) {
        for (int i = 0; i < times; i++) {
            source.thenFails(new TokenAcquisitionException(code, "no", "", null));
        }
    }

    /** Whichever failure it is, a source's own time limit among them. */
    @ParameterizedTest
    @EnumSource(Code.class)
    void get_inARowOfCalls_asksOnce(Code code) {
        fails(code, 300);

        for (int i = 0; i < 300; i++) {
            assertThat(call()).isFalse();
            time.advance(Duration.ofMillis(3));
        }

        assertThat(source.calls()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void get_onceASecondForHours_asksEverMoreSeldom(Code code) {
        fails(code, 4_000);
        List<Long> asked = new ArrayList<>();
        for (long second = 0; second < 3_600; second++) {
            int before = source.calls();
            assertThat(call()).isFalse();
            if (source.calls() > before) {
                asked.add(second);
            }
            time.advance(SECOND);
        }

        assertThat(asked).startsWith(0L, 1L, 3L, 7L, 15L, 31L, 63L, 95L);
        assertThat(asked).hasSize(5 + (3_600 - 31 + 31) / 32);
    }

    @Test
    void get_afterTheTokenExpired_asksEverMoreSeldomToo() {
        assertThat(call()).isTrue();
        time.advance(Duration.ofHours(1));
        fails(Code.REFUSED, 4_000);
        for (int second = 0; second < 3_600; second++) {
            assertThat(call()).isFalse();
            time.advance(SECOND);
        }

        assertThat(source.calls()).isLessThan(130);
    }

    /** Somebody at a keyboard, who signs in and tries again: one second is all that is in the way. */
    @Test
    void get_longAfterAPause_beginsWithAShortOne() {
        fails(Code.NO_SOURCE_AVAILABLE, 5);
        for (int i = 0; i < 5; i++) {
            assertThat(call()).isFalse();
            time.advance(Duration.ofMinutes(2));
        }
        fails(Code.NO_SOURCE_AVAILABLE, 1);
        assertThat(call()).isFalse();
        time.advance(SECOND);

        assertThat(call()).isTrue();
        assertThat(source.calls()).isEqualTo(7);
    }

    @Test
    void invalidate_orForce_asksAtOnce() {
        fails(Code.REFUSED, 8);
        for (int i = 0; i < 60; i++) {
            call();
            time.advance(SECOND);
        }
        int before = source.calls();
        slot.state.clear();
        call();
        assertThat(source.calls()).isEqualTo(before + 1);

        CompletableFuture<CachedToken> forced = slot.getAsync(true, LIMIT, Function.identity());
        executor.runNext();

        assertThat(forced).isDone();
        assertThat(source.calls()).isEqualTo(before + 2);
    }

    /** A service for many tenants. */
    @Test
    void get_forTwoThousandTenantsInTurns_asksOnceForEach() {
        AtomicInteger calls = new AtomicInteger();

        askForTenants(AzureServiceTokenProvider.builder(), calls);

        assertThat(calls).hasValue(2_000);
    }

    @Test
    void get_forMoreThanTheCacheHas_asksAgain() {
        AtomicInteger calls = new AtomicInteger();

        askForTenants(AzureServiceTokenProvider.builder().cacheSize(100), calls);

        assertThat(calls).hasValueGreaterThan(8_000);
    }

    private static void askForTenants(AzureServiceTokenProvider.Builder builder, AtomicInteger calls) {
        AzureServiceTokenProvider provider = builder.sources(List.of(request -> {
                    calls.incrementAndGet();
                    return new TokenSource.Acquired(
                            Tokens.accessToken(request.resource(), Instant.now().plusSeconds(3600)));
                }))
                .build();
        for (int round = 0; round < 5; round++) {
            for (int tenant = 0; tenant < 2_000; tenant++) {
                assertThat(provider.getAccessToken("https://storage.azure.com/", "tenant-" + tenant))
                        .isNotEmpty();
            }
        }
    }
}
