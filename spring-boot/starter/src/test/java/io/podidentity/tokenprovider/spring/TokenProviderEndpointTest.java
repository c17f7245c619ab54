// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenProviderEndpointTest {
    private static final String RESOURCE = "https://storage.azure.com";

    private final TokenWatch watch = new TokenWatch(TokenIdentities.UNNAMED, List.of(), InstantSource.system());
    private final Heard heard = new Heard();

    @Test
    void tokens_afterAToken_nameItsSourceAndNeverTheToken() throws Exception {
        TokenIdentities identities = FakeSource.withToken().identities(watch, heard);
        identities.provider(null).getAccessToken(RESOURCE);
        heard.await(Kind.ACQUIRED);

        assertThat(endpoint(identities).tokens())
                .asString()
                .contains(RESOURCE, "source=Fake", FakeSource.EXPIRES.toString())
                .doesNotContain(FakeSource.TOKEN);
    }

    @Test
    void tokens_howeverOftenTheyAreRead_askNobody() throws Exception {
        FakeSource source = FakeSource.refused();
        TokenIdentities identities = source.identities(watch, heard);
        identities.provider(null).explain(RESOURCE);
        heard.await(Kind.FAILED);
        TokenProviderEndpoint endpoint = endpoint(identities);
        endpoint.tokens();

        assertThat(endpoint.tokens()).asString().contains("REFUSED", "the fake refused", "Be kinder to the fake.");
        assertThat(source.calls).hasValue(1);
    }

    @Test
    void report_ofAFailureWithoutARemedy_hasItAllTheSame() {
        var failure = new TokenAcquisitionException(Code.REFUSED, "refused", "");
        var seen = new SeenToken(
                new WatchedToken("default", TokenRequest.forResource(RESOURCE)),
                null,
                null,
                null,
                failure,
                List.of(),
                Instant.EPOCH);

        assertThat(seen.report(Instant.EPOCH))
                .isEqualTo(Map.of(
                        "resource", RESOURCE, "state", "FAILED", "code", "REFUSED", "reason", "refused", "remedy", ""));
    }

    @Test
    void invalidate_afterAToken_makesTheNextCallAskAgain() {
        FakeSource source = FakeSource.withToken();
        TokenIdentities identities = source.identities(watch);
        identities.provider(null).getAccessToken(RESOURCE);

        endpoint(identities).invalidate();
        identities.provider(null).getAccessToken(RESOURCE);

        assertThat(source.calls).hasValue(2);
    }

    private TokenProviderEndpoint endpoint(TokenIdentities identities) {
        return new TokenProviderEndpoint(identities, watch);
    }
}
