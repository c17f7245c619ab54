package io.podidentity.benchmarks.clients;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredential;
import com.azure.identity.ManagedIdentityCredentialBuilder;

/** Peer: azure-identity's {@code ManagedIdentityCredential}. */
final class AzureIdentityManagedIdentityClient implements TokenClient {
    private final ManagedIdentityCredential credential = new ManagedIdentityCredentialBuilder().build();

    @Override
    public String token(String resource) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(resource + ".default"))
                .getToken();
    }
}
