package io.podidentity.benchmarks.programs;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredentialBuilder;

/** Peer: azure-identity's {@code ManagedIdentityCredential}. */
public final class AzureIdentityManagedIdentity {
    private AzureIdentityManagedIdentity() {}

    public static void main(String[] args) {
        TokenRequestContext context = new TokenRequestContext().addScopes("https://storage.azure.com/.default");
        String token = new ManagedIdentityCredentialBuilder()
                .build()
                .getTokenSync(context)
                .getToken();
        System.out.println(token.length());
        Runtime.getRuntime().halt(0);
    }
}
