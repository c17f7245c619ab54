package io.podidentity.tokenprovider.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenRequestContext;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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

        assertThatThrownBy(() -> none.getTokenSync(STORAGE)).isInstanceOf(TokenAcquisitionException.class);
        assertThatThrownBy(() -> none.getToken(STORAGE).block())
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("not here");
    }

    private static TokenProviderCredential credential(TokenSource source) {
        return new TokenProviderCredential(
                AzureServiceTokenProvider.builder().sources(List.of(source)).build());
    }
}
