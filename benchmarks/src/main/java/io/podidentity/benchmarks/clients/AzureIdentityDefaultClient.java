package io.podidentity.benchmarks.clients;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;

/** Peer: azure-identity's {@code DefaultAzureCredential}. */
final class AzureIdentityDefaultClient implements TokenClient {
    private final DefaultAzureCredential credential = new DefaultAzureCredentialBuilder().build();

    @Override
    public String token(String resource) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(resource + ".default"))
                .getToken();
    }
}
