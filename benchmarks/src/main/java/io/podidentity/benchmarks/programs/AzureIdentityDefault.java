package io.podidentity.benchmarks.programs;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredentialBuilder;

/** Peer: azure-identity's {@code DefaultAzureCredential}. */
public final class AzureIdentityDefault {
    private AzureIdentityDefault() {}

    public static void main(String[] args) {
        TokenRequestContext context = new TokenRequestContext().addScopes("https://storage.azure.com/.default");
        String token = new DefaultAzureCredentialBuilder()
                .build()
                .getTokenSync(context)
                .getToken();
        System.out.println(token.length());
        Runtime.getRuntime().halt(0);
    }
}
