package io.podidentity.benchmarks.programs;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.AzureCliCredentialBuilder;

/** Peer: azure-identity's {@code AzureCliCredential}. */
public final class AzureIdentityCli {
    private AzureIdentityCli() {}

    public static void main(String[] args) {
        TokenRequestContext context = new TokenRequestContext().addScopes("https://storage.azure.com/.default");
        String token =
                new AzureCliCredentialBuilder().build().getTokenSync(context).getToken();
        System.out.println(token.length());
        Runtime.getRuntime().halt(0);
    }
}
