// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AzureServiceTokenProviderTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    private final AtomicInteger requests = new AtomicInteger();
    private final TokenSource source = request -> {
        requests.incrementAndGet();
        return new TokenSource.Acquired(
                Tokens.accessToken(request.resource(), Instant.now().plusSeconds(3600)));
    };
    private final AzureServiceTokenProvider provider =
            AzureServiceTokenProvider.builder().sources(List.of(source)).build();

    @Test
    void getAccessToken_twice_asksTheSourceOnce() {
        String token = provider.getAccessToken(RESOURCE);

        assertThat(token).startsWith("ey");
        assertThat(provider.getAccessToken(RESOURCE)).isSameAs(token);
        assertThat(provider.getAccessToken(TokenRequest.forResource(RESOURCE))).isSameAs(token);
        assertThat(provider.getAccessTokenAsync(TokenRequest.forResource(RESOURCE))
                        .join())
                .isSameAs(token);
        assertThat(requests).hasValue(1);
    }

    @Test
    void getAccessToken_forOtherResourcesInTurn_answersEachItsOwn() {
        for (int i = 0; i < 3; i++) {
            assertThat(provider.getAuthenticationResult("a").resource()).isEqualTo("a");
            assertThat(provider.getAuthenticationResult("b").resource()).isEqualTo("b");
            assertThat(provider.getAuthenticationResult("a", "tenant").resource())
                    .isEqualTo("a");
        }
        assertThat(requests).hasValue(3);
    }

    @Test
    void getAccessToken_withoutAResource_isRefused() {
        assertThatThrownBy(() -> provider.getAccessToken(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resource must not be blank");
        assertThatThrownBy(() -> provider.getAccessToken((String) null)).isInstanceOf(NullPointerException.class);
        assertThat(requests).hasValue(0);
    }

    @Test
    void principalUsed_isOfTheTokenThatWasReturnedLast() {
        assertThat(provider.principalUsed()).isEmpty();

        provider.getAccessToken(RESOURCE);

        assertThat(provider.principalUsed())
                .hasValueSatisfying(principal -> assertThat(principal.type()).isEqualTo(Principal.Type.APP));
    }

    @Test
    void explain_withAToken_saysWhereItComesFromAndDoesNotShowIt() {
        String token = provider.getAccessToken(RESOURCE);

        Explanation explanation = provider.explain(RESOURCE);

        assertThat(explanation.hasToken()).isTrue();
        assertThat(explanation.source()).hasValue("fake");
        assertThat(explanation.attempts()).hasSize(1);
        assertThat(explanation.toString() + explanation.toJson()).doesNotContain(token);
        assertThat(requests).hasValue(1);
    }

    @Test
    void explain_withoutOne_saysWhy() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> new TokenSource.Unavailable("nobody is logged in", "Log in.")))
                .build();

        Explanation explanation = provider.explain(RESOURCE);

        assertThat(explanation.hasToken()).isFalse();
        assertThat(explanation.failure()).isPresent();
        assertThat(explanation.toString()).contains("nobody is logged in. Log in.");
    }

    @Test
    void invalidate_makesTheNextCallAskAgain() {
        provider.getAccessToken(RESOURCE);

        provider.invalidate(TokenRequest.forResource(RESOURCE));
        provider.getAccessToken(RESOURCE);
        provider.invalidate();
        provider.getAccessToken(RESOURCE);

        assertThat(requests).hasValue(3);
    }

    @Test
    void getAuthenticationResultAsync_withoutASource_failsWithTheReason() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> new TokenSource.Unavailable("not here", "")))
                .build();

        assertThat(provider.getAuthenticationResultAsync(TokenRequest.forResource(RESOURCE)))
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(TokenAcquisitionException.class)
                .withMessageContaining("not here");
    }

    @Test
    void build_withEqualVariables_sharesTheCache() {
        assertThat(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of()))
                .isSameAs(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of()));
        assertThat(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of()))
                .isNotSameAs(ProcessCaches.forSettings(Map.of("A", "2"), null, Map.of()));
    }

    @Test
    void build_withTheSameConnectionString_sharesTheCacheWhereverItStands() {
        Map<String, String> variables = Map.of("AzureServicesAuthConnectionString", " RunAs = App ");

        assertThat(ProcessCaches.forSettings(variables, null, Map.of())).hasToString("[IMDS]");
        assertThat(ProcessCaches.forSettings(variables, "RunAs=App", Map.of()))
                .isSameAs(ProcessCaches.forSettings(variables, null, Map.of()));
        assertThat(ProcessCaches.forSettings(null, "RunAs=App;", Map.of()))
                .isSameAs(ProcessCaches.forSettings(null, "RunAs=App", Map.of()));
    }

    @Test
    void build_withABlankConnectionString_isTheDefaultChain() {
        Map<String, String> variables = Map.of("AzureServicesAuthConnectionString", "RunAs=App");

        assertThat(AzureServiceTokenProvider.builder()
                        .environment(variables)
                        .connectionString(" ")
                        .build())
                .hasToString("AzureServiceTokenProvider[Azure CLI, Azure Developer CLI, Azure PowerShell, IMDS]");
    }

    @Test
    void constructor_ofAConnectionString_isThatSource() {
        assertThat(new AzureServiceTokenProvider("RunAs=Developer;DeveloperTool=AzureCli"))
                .hasToString("AzureServiceTokenProvider[Azure CLI]");
    }

    @Test
    void constructor_ofAWrongConnectionString_failsThere() {
        assertThatThrownBy(() -> new AzureServiceTokenProvider("RunAs=App;AppKey=hunter2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The connection string has AppKey but no AppId. Add AppId=CLIENT_ID. More:"
                                + " https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting/application.md#connection-string");
    }

    @Test
    void build_withAVariableThatSelectsNothing_failsEachTime() {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().environment(Map.of("AZURE_TOKEN_CREDENTIALS", "production"));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "AZURE_TOKEN_CREDENTIALS is production, which is not a known source. Set it to dev, prod,"
                                    + " EnvironmentCredential, ");
        }
    }

    @Test
    void build_withWrongSettings_isRefused() {
        AzureServiceTokenProvider.Builder builder = AzureServiceTokenProvider.builder();

        assertThatThrownBy(() -> builder.sources(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.deadline(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deadline must be longer than nothing and at most a day, but is PT0S");
        assertThatThrownBy(() -> AzureServiceTokenProvider.builder()
                        .connectionString("RunAs=App")
                        .sources(List.of(source))
                        .build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a connection string is for the default chain; sources replace it");
    }
}
