// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.podidentity.tokenprovider.support.Tokens;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenClaimsTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final String MANAGED = "/subscriptions/44444444-4444-4444-4444-444444444444/resourcegroups/"
            + "r".repeat(90) + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + "i".repeat(100);

    private static Explanation of(String token) {
        AccessToken acquired = AccessToken.bearer(token, RESOURCE, Instant.EPOCH, null, "IMDS");
        return Explanation.ofToken(RESOURCE, acquired, List.of());
    }

    @Test
    void claims_ofAToken_areThoseThatAreNoSecretInTheirOrder() {
        Explanation explanation =
                of(Tokens.jwtOf("{\"exp\":1795650250,\"uti\":\"s3cr3t\",\"rh\":\"s3cr3t\",\"aio\":\"s3cr3t\","
                        + "\"aud\":\"" + RESOURCE + "\",\"xms_mirid\":\"" + MANAGED
                        + "\",\"roles\":[\"a.read\",\"b.write\"],"
                        + "\"nonce\":\"s3cr3t\",\"ipaddr\":\"10.1.2.3\"}"));

        assertThat(explanation.claims())
                .containsExactly(
                        entry("aud", RESOURCE),
                        entry("xms_mirid", MANAGED),
                        entry("roles", "a.read b.write"),
                        entry("exp", "1795650250"));
        assertThat(explanation.header()).containsExactly(entry("typ", "JWT"), entry("alg", "RS256"));
    }

    @Test
    void claims_withLineBreaks_areInOneLine() {
        assertThat(of(Tokens.jwtOf("{\"name\":\"Anna\\n<b>\"}")).claims().get("name"))
                .doesNotContain("\n")
                .contains("Anna", "<b>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"opaque", "a.b", "a.b.c", "e30.bm8ganNvbg.c2ln"})
    void claims_ofATokenThatIsNoJwt_areNone(String token) {
        assertThat(of(token).claims()).isEmpty();
    }

    @Test
    void claims_withoutAToken_areNone() {
        Explanation none = Explanation.ofFailure(
                RESOURCE,
                new TokenAcquisitionException(TokenAcquisitionException.Code.NO_SOURCE_AVAILABLE, "none", "", null));

        assertThat(none.claims()).isEmpty();
        assertThat(none.header()).isEmpty();
    }
}
