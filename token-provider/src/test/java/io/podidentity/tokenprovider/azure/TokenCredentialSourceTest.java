// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.CredentialUnavailableException;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class TokenCredentialSourceTest {
    private static final OffsetDateTime EXPIRY = OffsetDateTime.parse("2030-01-01T00:00:00Z");
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final String NAME = Credential.class.getName();

    private final List<TokenRequestContext> asked = new ArrayList<>();

    @Test
    void acquire_always_passesTheRequestOnAndTheTokenBack() throws Exception {
        TokenCredentialSource source = source(context -> new AccessToken("opaque", EXPIRY, EXPIRY.minusHours(1)));

        Acquired acquired = (Acquired) source.acquire(REQUEST.withTenantId("t").withClaims("{}"));

        assertThat(acquired.token())
                .isEqualTo(new io.podidentity.tokenprovider.AccessToken(
                        "opaque",
                        "https://storage.azure.com/",
                        "Bearer",
                        EXPIRY.toInstant(),
                        EXPIRY.minusHours(1).toInstant(),
                        null,
                        "Azure SDK"));
        assertThat(asked.get(0).getScopes()).containsExactly("https://storage.azure.com//.default");
        assertThat(asked.get(0).getTenantId()).isEqualTo("t");
        assertThat(asked.get(0).getClaims()).isEqualTo("{}");
        assertThat(asked.get(0).isCaeEnabled()).isTrue();
        assertThat(source.name()).isEqualTo("Azure SDK");
    }

    @Test
    void acquire_whenTheCredentialDoesNotApply_isUnavailable() throws Exception {
        assertThat(source(context -> {
                            throw new CredentialUnavailableException("hunter2");
                        })
                        .acquire(REQUEST))
                .isEqualTo(new Unavailable(NAME + " says that it does not apply here", ""));
    }

    @Test
    void acquire_whenItThrows_tellsTheClassAndTheNumberAlone() {
        TokenAcquisitionException refused = failure(context -> {
            throw new ClientAuthenticationException("AADSTS7000215: Invalid client secret hunter2", null);
        });

        assertThat(refused.code()).isEqualTo(Code.REFUSED);
        assertThat(refused)
                .hasMessage(
                        NAME + " threw com.azure.core.exception.ClientAuthenticationException"
                                + " \"AADSTS7000215\". Set the secret's value, not its ID; 'az ad app credential reset' makes a new one.")
                .hasNoCause();
        assertThat(failure(context -> {
                    throw new IllegalStateException("hunter2");
                }))
                .hasMessage(NAME + " threw java.lang.IllegalStateException. Ask the credential itself to see more.")
                .hasNoCause();
    }

    @Test
    void acquire_whenTheNetworkFails_isTransient() {
        TokenAcquisitionException failure = failure(context -> {
            throw new UncheckedIOException(new ConnectException("hunter2"));
        });

        assertThat(failure.isTransient()).isTrue();
        assertThat(failure).hasMessage(NAME + " threw java.io.UncheckedIOException. Check the way to Entra ID.");
    }

    @Test
    void acquire_withoutAToken_saysSo() {
        TokenAcquisitionException failure = failure(context -> null);

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure).hasMessage(NAME + " gave no token");
    }

    @Test
    void acquire_whenItHangs_endsAtTheDeadlineAndInterruptsIt() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        TokenCredentialSource source = source(context -> hang(interrupted));

        assertThatThrownBy(() -> source.acquire(REQUEST.withDeadline(Duration.ofMillis(20))))
                .hasMessage(NAME + " did not answer within 20 ms");
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void acquire_whenTheCallerIsInterrupted_interruptsIt() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        TokenCredentialSource source = source(context -> {
            caller.interrupt();
            return hang(interrupted);
        });

        assertThatThrownBy(() -> source.acquire(REQUEST)).isInstanceOf(InterruptedException.class);
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static AccessToken hang(CountDownLatch interrupted) {
        try {
            new CountDownLatch(1).await();
            throw new AssertionError("never");
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw new IllegalStateException(e);
        }
    }

    private TokenAcquisitionException failure(Function<TokenRequestContext, AccessToken> answer) {
        return catchThrowableOfType(
                TokenAcquisitionException.class, () -> source(answer).acquire(REQUEST));
    }

    private TokenCredentialSource source(Function<TokenRequestContext, AccessToken> answer) {
        return new TokenCredentialSource(new Credential(asked, answer));
    }

    private record Credential(List<TokenRequestContext> asked, Function<TokenRequestContext, AccessToken> answer)
            implements TokenCredential {
        @Override
        public Mono<AccessToken> getToken(TokenRequestContext context) {
            return Mono.fromCallable(() -> getTokenSync(context));
        }

        @Override
        public AccessToken getTokenSync(TokenRequestContext context) {
            asked.add(context);
            return answer.apply(context);
        }
    }
}
