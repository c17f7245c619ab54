// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.ChainedTokenCredential;
import com.azure.identity.ChainedTokenCredentialBuilder;
import com.azure.identity.CredentialUnavailableException;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

class TokenProviderCredentialTest {
    private static final TokenRequestContext STORAGE =
            new TokenRequestContext().addScopes("https://storage.azure.com/.default");

    private final List<TokenRequest> requests = new ArrayList<>();
    private final TokenSource source = request -> {
        requests.add(request.withDeadline(null));
        return new TokenSource.Acquired(new io.podidentity.tokenprovider.AccessToken(
                "the-token", request.resource(), "Bearer", Instant.now().plusSeconds(3600), null, null, "fake"));
    };
    private final TokenProviderCredential credential = credential(source);

    @Test
    void getTokenSync_asksForTheScopesResource() {
        AccessToken token = credential.getTokenSync(STORAGE);

        assertThat(token.getToken()).isEqualTo("the-token");
        assertThat(token.getExpiresAt().toInstant()).isAfter(Instant.now());
        assertThat(token.getRefreshAt().toInstant())
                .as("the provider refreshes, not the SDK")
                .isEqualTo(Instant.EPOCH);
        assertThat(requests).containsExactly(TokenRequest.forResource("https://storage.azure.com"));
    }

    @Test
    void getTokenSync_again_answersTheSameObject() {
        AccessToken first = credential.getTokenSync(STORAGE);

        assertThat(credential.getTokenSync(STORAGE)).isSameAs(first);
        credential.getTokenSync(new TokenRequestContext().addScopes("https://vault.azure.net/.default"));
        assertThat(credential.getTokenSync(STORAGE).getToken()).isEqualTo("the-token");
        assertThat(requests).hasSize(2);
    }

    @Test
    void getToken_reactive_answersTheSameToken() {
        assertThat(credential.getToken(STORAGE).block().getToken()).isEqualTo("the-token");
        assertThat(credential.getTokenSync(STORAGE).getToken()).isEqualTo("the-token");
        assertThat(requests).hasSize(1);
    }

    @Test
    void getTokenSync_withTenantAndClaims_passesThemOn() {
        credential.getTokenSync(new TokenRequestContext()
                .addScopes("https://storage.azure.com/.default")
                .setTenantId("tenant")
                .setClaims("{}"));

        assertThat(requests)
                .containsExactly(TokenRequest.forResource("https://storage.azure.com")
                        .withTenantId("tenant")
                        .withClaims("{}"));
    }

    @Test
    void getTokenSync_withOtherThanOneScope_isRefused() {
        assertThatThrownBy(() -> credential.getTokenSync(new TokenRequestContext().addScopes("a", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("exactly one scope is needed, but 2 were given");
    }

    @Test
    void getToken_withoutAToken_failsWithTheReason() {
        TokenProviderCredential none = credential(request -> new TokenSource.Unavailable("not here", ""));

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> none.getTokenSync(STORAGE), () -> none.getToken(STORAGE).block())) {
            assertThatThrownBy(call)
                    .isInstanceOf(CredentialUnavailableException.class)
                    .hasMessageContaining("not here")
                    .hasCauseInstanceOf(TokenAcquisitionException.class);
        }
    }

    /** As code catches what the SDK's own credentials throw. */
    @ParameterizedTest
    @EnumSource
    void getToken_whenItFails_isAFailureOfTheSdk(Code code) {
        TokenProviderCredential failing = credential(request -> {
            throw new TokenAcquisitionException(code, "no", "");
        });
        boolean here = code == Code.NO_SOURCE_AVAILABLE;

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> failing.getTokenSync(STORAGE),
                () -> failing.getToken(STORAGE).block())) {
            Throwable thrown = catchThrowable(call);
            if (code == Code.INTERRUPTED) {
                assertThat(thrown).isInstanceOf(TokenAcquisitionException.class);
                continue;
            }
            assertThat(thrown)
                    .isInstanceOf(ClientAuthenticationException.class)
                    .hasMessageContaining("(" + code + ")")
                    .hasCauseInstanceOf(TokenAcquisitionException.class);
            assertThat(thrown instanceof CredentialUnavailableException).isEqualTo(here);
        }
    }

    @Test
    void getToken_inAChainOfTheSdk_letsTheNextOneAnswer() {
        TokenCredential next = context -> Mono.just(new AccessToken("next", OffsetDateTime.MAX));
        ChainedTokenCredential chain = new ChainedTokenCredentialBuilder()
                .addLast(credential(request -> new TokenSource.Unavailable("not here", "")))
                .addLast(next)
                .build();

        assertThat(chain.getTokenSync(STORAGE).getToken()).isEqualTo("next");
        assertThat(chain.getToken(STORAGE).block().getToken()).isEqualTo("next");
    }

    @Test
    void getToken_whenRefusedInAChainOfTheSdk_letsNobodyElseAnswer() {
        TokenCredential next = context -> Mono.just(new AccessToken("next", OffsetDateTime.MAX));
        ChainedTokenCredential chain = new ChainedTokenCredentialBuilder()
                .addLast(credential(request -> {
                    throw new TokenAcquisitionException(Code.REFUSED, "no", "");
                }))
                .addLast(next)
                .build();

        assertThatThrownBy(() -> chain.getTokenSync(STORAGE)).isInstanceOf(ClientAuthenticationException.class);
        assertThatThrownBy(() -> chain.getToken(STORAGE).block()).isInstanceOf(ClientAuthenticationException.class);
    }

    /** In a program with azure-core and without azure-identity. */
    @Test
    void getToken_whereAzureIdentityIsAbsent_isAFailureOfAzureCore() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.contains("azure-identity")) {
                path.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Object thrown = loader.loadClass(WithoutIdentity.class.getName())
                    .getMethod("thrown")
                    .invoke(null);

            assertThat(thrown).isEqualTo(ClientAuthenticationException.class.getName());
        }
    }

    /** Is run by a loader of its own. */
    public static final class WithoutIdentity {
        private WithoutIdentity() {}

        public static String thrown() {
            TokenProviderCredential none = credential(request -> new TokenSource.Unavailable("not here", ""));
            return catchThrowable(() -> none.getTokenSync(STORAGE)).getClass().getName();
        }
    }

    private static TokenProviderCredential credential(TokenSource source) {
        return new TokenProviderCredential(
                AzureServiceTokenProvider.builder().sources(List.of(source)).build());
    }
}
