// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenMetersTest {
    private static final String NAMED = "https://storage.azure.com";
    private static final String USED = "https://vault.azure.net";

    private final TokenWatch watch = new TokenWatch(
            TokenIdentities.UNNAMED,
            List.of(TokenRequest.forResource(NAMED)),
            () -> FakeSource.EXPIRES.minusSeconds(90));
    private final TokenMeters meters = new TokenMeters(watch);
    private final Heard heard = new Heard();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void bind() {
        meters.bindTo(registry);
    }

    @Test
    void remaining_ofANamedResourceWithoutAToken_isNotANumberAndAsksNobody() {
        FakeSource source = FakeSource.withToken();
        provider(source);

        assertThat(gauge("token.provider.token.remaining", NAMED)).isNaN();
        assertThat(source.calls).hasValue(0);
    }

    @Test
    void remaining_ofAResourceThatIsUsed_isTheRestOfTheTokensLife() throws Exception {
        provider(FakeSource.withToken()).getAccessToken(USED);
        heard.await(Kind.ACQUIRED);

        assertThat(gauge("token.provider.token.remaining", USED)).isEqualTo(90);
        assertThat(gauge("token.provider.token.stale", USED)).isZero();
    }

    @Test
    void remaining_ofTwoTenants_isTheLifeOfEach() throws Exception {
        AzureServiceTokenProvider provider = provider(FakeSource.withToken());
        provider.getAccessToken(USED);
        heard.await(Kind.ACQUIRED);
        meters.on(
                TokenIdentities.UNNAMED,
                new Event(
                        Kind.FAILED,
                        TokenRequest.forResource(USED).withTenantId("guest.example"),
                        Duration.ZERO,
                        null,
                        new TokenAcquisitionException(Code.REFUSED, "no such tenant", ""),
                        List.of()));

        assertThat(registry.get("token.provider.token.remaining")
                        .tags("resource", USED, "request", "none")
                        .gauge()
                        .value())
                .isEqualTo(90);
    }

    @Test
    void acquire_ofTokensAndFailures_isCountedBySourceAndOutcome() throws Exception {
        FakeSource source = FakeSource.withToken();
        AzureServiceTokenProvider provider = provider(source);
        provider.getAccessToken(USED);
        heard.await(Kind.ACQUIRED);
        source.fails = true;
        provider.explain(NAMED);
        heard.await(Kind.FAILED);

        assertThat(registry.get("token.provider.acquisition")
                        .tags(
                                "resource",
                                USED,
                                "outcome",
                                "SUCCESS",
                                "refresh",
                                "false",
                                "source",
                                "Fake",
                                "error.type",
                                "none")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("token.provider.acquisition")
                        .tags(
                                "resource",
                                NAMED,
                                "outcome",
                                "ERROR",
                                "refresh",
                                "false",
                                "source",
                                "none",
                                "error.type",
                                "refused")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(gauge("token.provider.token.remaining", NAMED)).isNaN();
    }

    @Test
    void wait_ofACallerWithoutACachedToken_isMeasuredAndAHitIsNot() throws Exception {
        AzureServiceTokenProvider provider = provider(FakeSource.withToken());
        provider.getAccessToken(USED);
        heard.await(Kind.WAITED);
        provider.getAccessToken(USED);

        assertThat(registry.get("token.provider.wait")
                        .tags("resource", USED, "outcome", "SUCCESS", "error.type", "none")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    private AzureServiceTokenProvider provider(FakeSource source) {
        return source.identities(watch, meters, heard).provider(null);
    }

    private double gauge(String name, String resource) {
        return registry.get(name)
                .tags("identity", TokenIdentities.UNNAMED, "resource", resource)
                .gauge()
                .value();
    }
}
