// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class TokenProviderHealthIndicatorTest {
    private static final String RESOURCE = "https://storage.azure.com";
    private static final String NAMED = "https://vault.azure.net";

    private volatile Instant now = Instant.now();
    private final TokenWatch watch =
            new TokenWatch(TokenIdentities.UNNAMED, List.of(TokenRequest.forResource(NAMED)), () -> now);
    private final Heard heard = new Heard();

    @Test
    void health_beforeAnyToken_isUnknownAndAsksNobody() {
        FakeSource source = FakeSource.refused();
        source.identities(watch).provider(null);

        Health health = healthAt(Instant.now());

        assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(tokens(health)).containsExactly(Map.of("resource", NAMED, "state", "NOT_ASKED_FOR"));
        assertThat(source.calls).hasValue(0);
    }

    @Test
    void health_afterAToken_isUpWithSourcePrincipalExpiryAndAttempts() throws Exception {
        FakeSource source = FakeSource.withToken();
        source.identities(watch, heard).provider(null).getAccessToken(RESOURCE);
        heard.await(Kind.ACQUIRED);

        Health health = healthAt(Instant.now());

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(tokens(health).get(1))
                .containsEntry("resource", RESOURCE)
                .containsEntry("state", "VALID")
                .containsEntry("source", "Fake")
                .containsEntry("expiresOn", FakeSource.EXPIRES)
                .hasEntrySatisfying(
                        "principal", who -> assertThat(who).asString().contains("app-id"))
                .hasEntrySatisfying(
                        "attempts", attempts -> assertThat(attempts).asString().contains("ACQUIRED"));
        assertThat(health).asString().doesNotContain(FakeSource.TOKEN);
        assertThat(source.calls).hasValue(1);
    }

    @Test
    void health_afterARefusalThatNobodyMeetsAnyMore_isNotDown() throws Exception {
        TokenIdentities identities = FakeSource.refused().identities(watch, heard);
        assertThatThrownBy(() -> identities.provider(null).getAccessToken(NAMED))
                .isInstanceOf(TokenAcquisitionException.class);
        heard.await(Kind.FAILED);

        assertThat(healthAt(Instant.now().plusSeconds(29 * 60)).getStatus()).isEqualTo(Status.DOWN);
        assertThat(healthAt(Instant.now().plusSeconds(31 * 60)).getStatus()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void health_afterARefusalThatWasDeleted_isUnknown() throws Exception {
        TokenIdentities identities = FakeSource.refused().identities(watch, heard);
        assertThatThrownBy(() -> identities.provider(null).getAccessToken(NAMED))
                .isInstanceOf(TokenAcquisitionException.class);
        heard.await(Kind.FAILED);

        new TokenProviderEndpoint(identities, watch).invalidate();

        assertThat(healthAt(Instant.now()).getStatus()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void health_afterARefusal_isDownWithCodeReasonRemedyAndAttempts() throws Exception {
        FakeSource source = FakeSource.refused();
        source.identities(watch, heard).provider(null).explain(NAMED);
        heard.await(Kind.FAILED);

        Health health = healthAt(Instant.now());

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(tokens(health).get(0))
                .containsEntry("state", "FAILED")
                .containsEntry("code", "REFUSED")
                .containsEntry("remedy", "Be kinder to the fake.")
                .hasEntrySatisfying(
                        "reason", reason -> assertThat(reason).asString().contains("the fake refused"))
                .hasEntrySatisfying(
                        "attempts", attempts -> assertThat(attempts).asString().contains("Fake", "FAILED"));
        assertThat(source.calls).hasValue(1);
    }

    @Test
    void health_ofStorageWithAndWithoutTheSlash_isOneEntryAndOfOthersTwo() throws Exception {
        AzureServiceTokenProvider provider =
                FakeSource.withToken().identities(watch, heard).provider(null);
        for (String resource : List.of(RESOURCE, RESOURCE + "/", NAMED, NAMED + "/")) {
            provider.getAccessToken(resource);
            heard.await(Kind.ACQUIRED);
        }

        assertThat(tokens(healthAt(Instant.now())))
                .extracting(token -> token.get("resource"))
                .containsExactly(NAMED, RESOURCE, NAMED + "/");
    }

    @Test
    void health_ofTwoIdentities_hasAnEntryForEach() throws Exception {
        for (String identity : List.of("orders", "reports")) {
            FakeSource.withToken()
                    .provider(event -> watch.on(identity, event), heard)
                    .getAccessToken(RESOURCE);
            heard.await(Kind.ACQUIRED);
        }

        assertThat(tokens(healthAt(Instant.now())))
                .extracting(token -> token.get("identity"))
                .containsExactly(null, "orders", "reports");
    }

    /** A guest's tenant may refuse the application, which says nothing of its own. */
    @Test
    void health_whenAnotherTenantRefuses_isUpInEitherOrderOfTheEvents() {
        Event own = event(TokenRequest.forResource(NAMED), null);
        TokenRequest ofAGuest = TokenRequest.forResource(NAMED).withTenantId("guest.example");
        Event refused = event(ofAGuest, new TokenAcquisitionException(Code.REFUSED, "no such tenant", ""));
        for (List<Event> order : List.of(List.of(own, refused), List.of(refused, own))) {
            order.forEach(event -> watch.on(TokenIdentities.UNNAMED, event));

            Health health = healthAt(Instant.now());

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(tokens(health))
                    .extracting(token -> token.get("state"), token -> token.get("request"))
                    .containsExactly(tuple("VALID", null), tuple("FAILED", "tenant guest.example"));
        }
    }

    @Test
    void health_whenATokenThatNoSettingNamesIsRefused_isNotDown() throws Exception {
        FakeSource.refused().identities(watch, heard).provider(null).explain(RESOURCE);
        heard.await(Kind.FAILED);

        Health health = healthAt(Instant.now());

        assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(tokens(health)).extracting(token -> token.get("state")).containsExactly("NOT_ASKED_FOR", "FAILED");
    }

    private static Event event(TokenRequest request, @Nullable TokenAcquisitionException failure) {
        AccessToken token = AccessToken.bearer(FakeSource.TOKEN, request.resource(), FakeSource.EXPIRES, null, "Fake");
        return new Event(
                failure == null ? Kind.ACQUIRED : Kind.FAILED,
                request,
                Duration.ZERO,
                failure == null ? token : null,
                failure,
                List.of());
    }

    @Test
    void health_whenOneResourceOfTwoFailed_isDown() throws Exception {
        FakeSource source = FakeSource.withToken();
        AzureServiceTokenProvider provider = source.identities(watch, heard).provider(null);
        provider.getAccessToken(RESOURCE);
        source.fails = true;
        provider.explain(NAMED);
        heard.await(Kind.FAILED);

        assertThat(healthAt(Instant.now()).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void health_afterTheTokenHasExpiredUnused_isUnknown() throws Exception {
        FakeSource.withToken().identities(watch, heard).provider(null).getAccessToken(RESOURCE);
        heard.await(Kind.ACQUIRED);

        Health health = healthAt(FakeSource.EXPIRES);

        assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(tokens(health).get(1)).containsEntry("state", "EXPIRED");
    }

    @Test
    void health_afterResourcesWithoutEnd_remembersSomeOnly() throws Exception {
        AzureServiceTokenProvider provider =
                FakeSource.withToken().identities(watch, heard).provider(null);
        for (int i = 0; i < 150; i++) {
            provider.getAuthenticationResult(TokenRequest.forResource("https://r" + i));
            heard.await(Kind.ACQUIRED);
        }

        assertThat(tokens(healthAt(Instant.now()))).hasSize(100);
    }

    private Health healthAt(Instant time) {
        now = time;
        return new TokenProviderHealthIndicator(watch).health();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> tokens(Health health) {
        return (List<Map<String, Object>>) health.getDetails().get("tokens");
    }
}
