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
        assertThat(request).isEqualTo(new TokenRequest("https://vault.azure.net", null, null, null, false, null));
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
                .withClaims("{}")
                .withForceRefresh(true)
                .withDeadline(Duration.ofSeconds(5));

        assertThat(full)
                .isEqualTo(new TokenRequest(
                        "https://vault.azure.net", "contoso.com", "app", "{}", true, Duration.ofSeconds(5)));
        assertThat(full.withTenantId(null)
                        .withClientId(null)
                        .withClaims(null)
                        .withForceRefresh(false)
                        .withDeadline(null))
                .isEqualTo(request);
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
