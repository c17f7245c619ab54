package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenListener.Kind;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenProviderEndpointTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    private final TokenWatch watch = new TokenWatch(List.of());
    private final Heard heard = new Heard();

    @Test
    void tokens_afterAToken_nameItsSourceAndNeverTheToken() throws Exception {
        AzureServiceTokenProvider provider = FakeSource.withToken().provider(watch, heard);
        provider.getAccessToken(RESOURCE);
        heard.await(Kind.ACQUIRED);

        assertThat(endpoint(provider).tokens())
                .asString()
                .contains(RESOURCE, "source=Fake", FakeSource.EXPIRES.toString())
                .doesNotContain(FakeSource.TOKEN);
    }

    @Test
    void tokens_howeverOftenTheyAreRead_askNobody() throws Exception {
        FakeSource source = FakeSource.refused();
        AzureServiceTokenProvider provider = source.provider(watch, heard);
        provider.explain(RESOURCE);
        heard.await(Kind.FAILED);
        TokenProviderEndpoint endpoint = endpoint(provider);
        endpoint.tokens();

        assertThat(endpoint.tokens()).asString().contains("REFUSED", "the fake refused", "Be kinder to the fake.");
        assertThat(source.calls).hasValue(1);
    }

    @Test
    void invalidate_afterAToken_makesTheNextCallAskAgain() {
        FakeSource source = FakeSource.withToken();
        AzureServiceTokenProvider provider = source.provider(watch);
        provider.getAccessToken(RESOURCE);

        endpoint(provider).invalidate();
        provider.getAccessToken(RESOURCE);

        assertThat(source.calls).hasValue(2);
    }

    private TokenProviderEndpoint endpoint(AzureServiceTokenProvider provider) {
        return new TokenProviderEndpoint(provider, watch, Clock.systemUTC());
    }
}
