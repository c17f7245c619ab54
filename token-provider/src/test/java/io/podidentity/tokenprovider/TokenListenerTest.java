// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What a listener of a provider is told; what a slot tells at which moment is in TokenSlotEventsTest. */
class TokenListenerTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final String SECRET = "s3cr3t-t0ken";

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private AzureServiceTokenProvider provider(TokenSource source, TokenListener listener) {
        return AzureServiceTokenProvider.builder()
                .sources(List.of(source))
                .listener(listener)
                .build();
    }

    private static TokenSource good() {
        return request -> new TokenSource.Acquired(
                AccessToken.bearer(SECRET, request.resource(), Instant.now().plusSeconds(3600), null, "fake")
                        .withPrincipal(Principal.app("app")));
    }

    private Event next(Kind kind) throws InterruptedException {
        Event event = events.poll(30, TimeUnit.SECONDS);
        while (event != null && event.kind() != kind) {
            event = events.poll(30, TimeUnit.SECONDS);
        }
        assertThat(event).as(kind.name()).isNotNull();
        return event;
    }

    @Test
    void on_ofAFirstToken_tellsOfTheSourceTheTokenAndTheWait() throws Exception {
        AzureServiceTokenProvider provider = provider(good(), events::add);

        AccessToken token = provider.getAuthenticationResult(RESOURCE);

        List<Event> told = List.of(take(), take(), take());
        assertThat(told).extracting(Event::kind).containsExactlyInAnyOrder(Kind.ACQUIRED, Kind.PINNED, Kind.WAITED);
        for (Event event : told) {
            assertThat(event.request()).isEqualTo(TokenRequest.forResource(RESOURCE));
            assertThat(event.source()).hasValue("fake");
            assertThat(event.principal()).hasValue(Principal.app("app"));
            assertThat(event.expiresOn()).hasValue(token.expiresOn());
            assertThat(event.failure()).isEmpty();
            assertThat(event.toString()).doesNotContain(SECRET);
        }
        assertThat(told)
                .filteredOn(event -> event.kind() == Kind.ACQUIRED)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.attempts()).hasSize(1);
                    assertThat(event.duration()).isPositive();
                });
    }

    private Event take() throws InterruptedException {
        Event event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    @Test
    void on_ofAHit_isNotCalled() throws Exception {
        AzureServiceTokenProvider provider = provider(good(), events::add);
        provider.getAccessToken(RESOURCE);
        take();
        take();
        take();

        provider.getAccessToken(RESOURCE);
        provider.getAccessToken(TokenRequest.forResource(RESOURCE));
        provider.getAccessTokenAsync(TokenRequest.forResource(RESOURCE)).join();

        assertThat(events).isEmpty();
    }

    @Test
    void waiting_ofABlockingCaller_isToldOnItsThreadBeforeItsWaitIsOver() throws Exception {
        List<String> toldHere = new ArrayList<>();
        Thread caller = Thread.currentThread();
        TokenListener listener = new TokenListener() {
            @Override
            public void waiting(TokenRequest request) {
                note("waits for " + request.resource());
            }

            @Override
            public void on(Event event) {
                note(event.kind().name());
            }

            private void note(String what) {
                if (Thread.currentThread() == caller) {
                    toldHere.add(what);
                }
            }
        };
        AzureServiceTokenProvider provider = provider(good(), listener);

        provider.getAccessToken(RESOURCE);
        provider.getAccessToken(RESOURCE);
        provider.getAccessTokenAsync(TokenRequest.forResource("https://vault.azure.net"))
                .join();

        assertThat(toldHere).containsExactly("waits for " + RESOURCE, "WAITED");
    }

    @Test
    void on_ofAFailure_tellsWhyAndWhatWasTried() throws Exception {
        AzureServiceTokenProvider provider = provider(
                request -> {
                    throw new TokenAcquisitionException(Code.REFUSED, "the fake refused", "Ask again.", null);
                },
                events::add);

        assertThatThrownBy(() -> provider.getAccessToken(RESOURCE)).isInstanceOf(TokenAcquisitionException.class);

        List<Event> told = List.of(take(), take());
        assertThat(told).extracting(Event::kind).containsExactlyInAnyOrder(Kind.FAILED, Kind.WAITED);
        for (Event event : told) {
            assertThat(event.failure())
                    .hasValueSatisfying(failure -> assertThat(failure.code()).isEqualTo(Code.REFUSED));
            assertThat(event.source()).isEmpty();
            assertThat(event.principal()).isEmpty();
            assertThat(event.expiresOn()).isEmpty();
            assertThat(event.toString()).contains(RESOURCE, "REFUSED, the fake refused");
        }
        assertThat(told)
                .filteredOn(event -> event.kind() == Kind.FAILED)
                .singleElement()
                .satisfies(event -> assertThat(event.attempts())
                        .singleElement()
                        .satisfies(attempt -> assertThat(attempt.reason()).isEqualTo("the fake refused")));
    }

    @Test
    void on_ofAnAsynchronousCall_tellsOfItsWait() throws Exception {
        AzureServiceTokenProvider provider = provider(good(), events::add);

        provider.getAccessTokenAsync(TokenRequest.forResource(RESOURCE)).join();

        assertThat(next(Kind.WAITED).source()).hasValue("fake");
    }

    @Test
    void on_thatThrows_harmsNoCallerAndIsLoggedOnce() throws Exception {
        BlockingQueue<LogRecord> log = new LinkedBlockingQueue<>();
        Logger logger = Logger.getLogger(TokenListener.class.getPackageName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                // The line of a pin comes the same way.
                if (line.getLevel().equals(Level.WARNING)) {
                    log.add(line);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .sources(List.of(good()))
                    .listener(event -> {
                        throw new AssertionError("a listener's own mistake");
                    })
                    .listener(events::add)
                    .build();

            assertThat(provider.getAccessToken(RESOURCE)).isEqualTo(SECRET);
            provider.invalidate();
            assertThat(provider.getAccessToken(RESOURCE)).isEqualTo(SECRET);
            for (int i = 0; i < 6; i++) {
                take();
            }
            LogRecord line = log.poll(30, TimeUnit.SECONDS);
            assertThat(line).isNotNull();
            assertThat(line.getThrown()).hasMessage("a listener's own mistake");
            assertThat(line.getMessage()).startsWith("The token listener ").doesNotContain(SECRET);
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }

        assertThat(log).isEmpty();
    }

    @Test
    void on_always_isCalledOffAnyLock() {
        BlockingQueue<Boolean> free = new LinkedBlockingQueue<>();
        AzureServiceTokenProvider[] provider = new AzureServiceTokenProvider[1];
        provider[0] = provider(good(), event -> {
            Thread other = new Thread(() -> provider[0].invalidate());
            other.start();
            try {
                other.join(Duration.ofSeconds(30).toMillis());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            free.add(!other.isAlive());
        });

        provider[0].getAccessToken(RESOURCE);

        assertThat(free).isNotEmpty().doesNotContain(false);
    }
}
