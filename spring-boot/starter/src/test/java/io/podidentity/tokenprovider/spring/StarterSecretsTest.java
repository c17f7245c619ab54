// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No part of a token in what Actuator serves: its endpoint, health, and the names, tags and descriptions of meters. */
class StarterSecretsTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    private final TokenWatch watch = new TokenWatch(
            TokenIdentities.UNNAMED, List.of(TokenRequest.forResource(RESOURCE)), InstantSource.system());
    private final Heard heard = new Heard();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void actuator_afterATokenAndAFailureThatHoldsOne_showsNone() throws Exception {
        TokenMeters meters = new TokenMeters(watch);
        meters.bindTo(registry);
        TokenIdentities identities = FakeSource.withToken().identities(watch, meters, heard);
        identities.provider(null).getAccessToken(RESOURCE);
        heard.await(Kind.ACQUIRED);
        TokenSource leaky = request -> {
            throw new TokenAcquisitionException(Code.REFUSED, "no", "", new IllegalStateException(FakeSource.TOKEN));
        };
        AzureServiceTokenProvider.builder()
                .sources(List.of(leaky))
                .listener(event -> watch.on("other", event))
                .listener(event -> meters.on("other", event))
                .listener(heard)
                .build()
                .explain("https://vault.azure.net");
        heard.await(Kind.FAILED);

        List<String> shown = new ArrayList<>();
        for (Meter meter : registry.getMeters()) {
            shown.add(meter.getId() + " " + meter.getId().getDescription() + " " + meter.measure());
        }
        assertThat(shown).hasSizeGreaterThan(3);
        shown.add(new TokenProviderEndpoint(identities, watch).tokens().toString());
        shown.add(new TokenProviderHealthIndicator(watch).health().toString());
        assertThat(shown).allSatisfy(text -> assertThat(text).doesNotContain(FakeSource.TOKEN.split("\\.", -1)));
    }
}
