// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRequestTest {
    private final TokenRequest request = TokenRequest.forResource("https://vault.azure.net");

    @Test
    void forResource_always_namesNothingElse() {
        assertThat(request.resource()).isEqualTo("https://vault.azure.net");
        assertThat(request.tenantId()).isEmpty();
        assertThat(request.identity()).isEmpty();
        assertThat(request.clientId()).isEmpty();
        assertThat(request.agent()).isEmpty();
        assertThat(request.claims()).isEmpty();
        assertThat(request.forceRefresh()).isFalse();
        assertThat(request.deadline()).isEmpty();
        assertThat(request).hasToString("TokenRequest[https://vault.azure.net]");
    }

    @ParameterizedTest
    @CsvSource({
        "https://storage.azure.com/.default, https://storage.azure.com",
        "https://storage.azure.com//.default, https://storage.azure.com/",
        "https://storage.azure.com/, https://storage.azure.com/",
        "api://app/.default, api://app",
        "https://graph.microsoft.com/User.Read, https://graph.microsoft.com/User.Read",
        "https://a/.default/.default, https://a/.default",
    })
    void forScope_always_takesOneDefaultAway(String scope, String resource) {
        assertThat(TokenRequest.forScope(scope)).isEqualTo(TokenRequest.forResource(resource));
    }

    @Test
    void scope_always_isTheResourceWithDefault() {
        assertThat(request.scope()).isEqualTo("https://vault.azure.net/.default");
        assertThat(TokenRequest.forScope("https://storage.azure.com//.default").scope())
                .isEqualTo("https://storage.azure.com//.default");
    }

    @Test
    void with_eachPart_changesThatPartAlone() {
        TokenRequest full = request.withTenantId("contoso.com")
                .withClientId("app")
                .withAgent(AgentIdentity.ofClientId("agent"))
                .withClaims("{}")
                .withForceRefresh(true)
                .withDeadline(Duration.ofSeconds(5));

        assertThat(full.resource()).isEqualTo("https://vault.azure.net");
        assertThat(full.tenantId()).hasValue("contoso.com");
        assertThat(full.identity()).hasValue(UserAssignedIdentity.ofClientId("app"));
        assertThat(full.clientId()).hasValue("app");
        assertThat(full.agent()).hasValue(AgentIdentity.ofClientId("AGENT"));
        assertThat(full.claims()).hasValue("{}");
        assertThat(full.forceRefresh()).isTrue();
        assertThat(full.deadline()).hasValue(Duration.ofSeconds(5));
        assertThat(full)
                .hasToString(
                        "TokenRequest[https://vault.azure.net, tenant contoso.com, client ID app, agent identity agent, claims {},"
                                + " deadline PT5S, forced]");
        assertThat(full.withTenantId(null)
                        .withClientId(null)
                        .withAgent(null)
                        .withClaims(null)
                        .withForceRefresh(false)
                        .withDeadline(null))
                .isEqualTo(request);
    }

    @Test
    void withIdentity_ofAnotherKindOfId_hasNoClientId() {
        TokenRequest byObject = request.withClientId("app").withIdentity(UserAssignedIdentity.ofObjectId("o"));

        assertThat(byObject.identity()).hasValue(UserAssignedIdentity.ofObjectId("o"));
        assertThat(byObject.clientId()).isEmpty();
    }

    @Test
    void equals_whenAnyPartDiffers_isFalse() {
        assertThat(request)
                .isEqualTo(TokenRequest.forResource("https://vault.azure.net"))
                .hasSameHashCodeAs(TokenRequest.forResource("https://vault.azure.net"))
                .isNotEqualTo(TokenRequest.forResource("https://vault.azure.net/"))
                .isNotEqualTo(request.withTenantId("t"))
                .isNotEqualTo(request.withClientId("c"))
                .isNotEqualTo(request.withAgent(AgentIdentity.ofClientId("c")))
                .isNotEqualTo(request.withClaims("{}"))
                .isNotEqualTo(request.withForceRefresh(true))
                .isNotEqualTo(request.withDeadline(Duration.ofSeconds(1)))
                .isNotEqualTo("https://vault.azure.net");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void constructor_whenATextIsBlank_throws(String blank) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenRequest.forResource(blank))
                .withMessage("resource must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.withTenantId(blank))
                .withMessage("tenantId must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.withClientId(blank))
                .withMessage("clientId must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.withClaims(blank))
                .withMessage("claims must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenRequest.forScope(blank + "/.default"))
                .withMessage("scope must not be blank");
    }

    @Test
    void constructor_whenTheResourceIsNull_throws() {
        assertThatNullPointerException()
                .isThrownBy(() -> TokenRequest.forResource(null))
                .withMessage("resource");
        assertThatNullPointerException()
                .isThrownBy(() -> TokenRequest.forScope(null))
                .withMessage("scope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT24H0.001S"})
    void constructor_whenTheDeadlineIsOutOfBounds_throws(Duration deadline) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.withDeadline(deadline))
                .withMessage("deadline must be longer than nothing and at most a day, but is " + deadline);
    }
}
