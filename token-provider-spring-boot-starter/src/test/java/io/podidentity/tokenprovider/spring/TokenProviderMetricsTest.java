package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenProviderMetricsTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    @Test
    void remaining_withACachedToken_isTheRestOfItsLife() {
        AzureServiceTokenProvider provider = provider(FakeSource.withToken());
        provider.getAuthenticationResult(RESOURCE);

        assertThat(remaining(provider)).isEqualTo(90);
    }

    @Test
    void remaining_withoutAToken_isNotANumber() {
        assertThat(remaining(provider(FakeSource.refused()))).isNaN();
    }

    private static AzureServiceTokenProvider provider(FakeSource source) {
        return AzureServiceTokenProvider.builder().sources(List.of(source)).build();
    }

    private static double remaining(AzureServiceTokenProvider provider) {
        Clock clock = Clock.fixed(FakeSource.EXPIRES.minusSeconds(90), ZoneOffset.UTC);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        TokenProviderMetrics metrics = new TokenProviderMetrics(provider, RESOURCE, clock);
        metrics.bindTo(registry);
        return registry.get("tokenprovider.token.remaining")
                .tag("resource", RESOURCE)
                .timeGauge()
                .value();
    }
}
