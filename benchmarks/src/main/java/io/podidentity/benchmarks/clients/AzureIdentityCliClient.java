package io.podidentity.benchmarks.clients;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AzureCliCredential;
import com.azure.identity.AzureCliCredentialBuilder;

/** Peer: azure-identity's {@code AzureCliCredential}. */
final class AzureIdentityCliClient implements TokenClient {
    private final AzureCliCredential credential = new AzureCliCredentialBuilder().build();

    @Override
    public String token(String resource) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(resource + ".default"))
                .getToken();
    }
}
