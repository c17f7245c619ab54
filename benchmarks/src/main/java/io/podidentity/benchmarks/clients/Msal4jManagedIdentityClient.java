package io.podidentity.benchmarks.clients;

import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;

/** Peer: msal4j's managed identity. */
final class Msal4jManagedIdentityClient implements TokenClient {
    private final ManagedIdentityApplication application = ManagedIdentityApplication.builder(
                    ManagedIdentityId.systemAssigned())
            .build();

    @Override
    public String token(String resource) throws Exception {
        return application
                .acquireTokenForManagedIdentity(
                        ManagedIdentityParameters.builder(resource).build())
                .get()
                .accessToken();
    }
}
