package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

class TokenProviderEndpointTest {
    private static final String RESOURCE = "https://storage.azure.com/";

    @Test
    void explain_withAToken_namesItsSourceAndNeverTheToken() {
        String json = endpoint(FakeSource.withToken()).explain();

        assertThat(JsonParserFactory.getJsonParser().parseMap(json))
                .containsEntry("resource", RESOURCE)
                .containsEntry("source", "Fake")
                .containsEntry("expiresOn", FakeSource.EXPIRES.toString());
        assertThat(json).doesNotContain(FakeSource.TOKEN);
    }

    @Test
    void explain_whenRefused_saysWhatToDo() {
        assertThat(endpoint(FakeSource.refused()).explain())
                .contains("REFUSED")
                .contains("the fake refused")
                .contains("Be kinder to the fake.");
    }

    @Test
    void invalidate_afterAToken_makesTheNextCallAskAgain() {
        FakeSource source = FakeSource.withToken();
        TokenProviderEndpoint endpoint = endpoint(source);
        endpoint.explain();
        endpoint.explain();
        int before = source.calls.get();

        endpoint.invalidate();
        endpoint.explain();

        assertThat(before).isEqualTo(1);
        assertThat(source.calls).hasValue(2);
    }

    private static TokenProviderEndpoint endpoint(FakeSource source) {
        return new TokenProviderEndpoint(
                AzureServiceTokenProvider.builder().sources(List.of(source)).build(), RESOURCE);
    }
}
