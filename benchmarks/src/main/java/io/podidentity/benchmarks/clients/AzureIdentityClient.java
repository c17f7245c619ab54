package io.podidentity.benchmarks.clients;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;

/** Peer: a credential of azure-identity. */
record AzureIdentityClient(TokenCredential credential) implements TokenClient {
    static AzureIdentityClient of(String name) {
        return new AzureIdentityClient(
                switch (name) {
                    case "AzureIdentityCli" -> new AzureCliCredentialBuilder().build();
                    case "AzureIdentityManagedIdentity" -> new ManagedIdentityCredentialBuilder().build();
                    default -> new DefaultAzureCredentialBuilder().build();
                });
    }

    @Override
    public String token(String resource) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(resource + ".default"))
                .getToken();
    }
}
