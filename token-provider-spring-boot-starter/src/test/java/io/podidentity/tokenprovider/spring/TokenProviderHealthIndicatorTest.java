package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class TokenProviderHealthIndicatorTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    @Test
    void health_withAToken_isUpWithSourcePrincipalTypeAndExpiry() {
        Health health = health(FakeSource.withToken());

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsOnly(
                        entry("resource", RESOURCE),
                        entry("source", "Fake"),
                        entry("principalType", "APP"),
                        entry("expiresOn", FakeSource.EXPIRES));
        assertThat(health).asString().doesNotContain(FakeSource.TOKEN);
    }

    @Test
    void health_whenRefused_isDownWithCodeReasonAndRemedy() {
        Health health = health(FakeSource.refused());

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("code", "REFUSED")
                .containsEntry("remedy", "Be kinder to the fake.")
                .hasEntrySatisfying(
                        "reason", reason -> assertThat(reason).asString().contains("the fake refused"));
    }

    private static Health health(FakeSource source) {
        AzureServiceTokenProvider provider =
                AzureServiceTokenProvider.builder().sources(List.of(source)).build();
        return new TokenProviderHealthIndicator(provider, RESOURCE).health();
    }
}
