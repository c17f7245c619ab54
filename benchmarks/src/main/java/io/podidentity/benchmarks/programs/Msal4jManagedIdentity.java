package io.podidentity.benchmarks.programs;

import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;

/** Peer: msal4j's managed identity. */
public final class Msal4jManagedIdentity {
    private Msal4jManagedIdentity() {}

    public static void main(String[] args) throws Exception {
        String token = ManagedIdentityApplication.builder(ManagedIdentityId.systemAssigned())
                .build()
                .acquireTokenForManagedIdentity(ManagedIdentityParameters.builder("https://storage.azure.com/")
                        .build())
                .get()
                .accessToken();
        System.out.println(token.length());
        Runtime.getRuntime().halt(0);
    }
}
