package io.podidentity.benchmarks.clients;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;

/** The token provider, with the default chain. */
final class TokenProviderClient implements TokenClient {
    private final AzureServiceTokenProvider provider = new AzureServiceTokenProvider();

    @Override
    public String token(String resource) {
        return provider.getAccessToken(resource);
    }
}
