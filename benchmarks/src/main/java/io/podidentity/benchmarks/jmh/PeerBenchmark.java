// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.jmh;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.DefaultAzureCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredential;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import io.podidentity.benchmarks.clients.TokenClient;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The peers with a token in their caches. */
@State(Scope.Benchmark)
public class PeerBenchmark {
    private final TokenRequestContext context = new TokenRequestContext().addScopes(TokenClient.RESOURCE + ".default");
    private final ManagedIdentityCredential managedIdentity = new ManagedIdentityCredentialBuilder().build();
    private final DefaultAzureCredential defaultChain = new DefaultAzureCredentialBuilder().build();
    private final ManagedIdentityApplication application = ManagedIdentityApplication.builder(
                    ManagedIdentityId.systemAssigned())
            .build();

    @Benchmark
    public AccessToken managedIdentityCredential() {
        return managedIdentity.getTokenSync(context);
    }

    @Benchmark
    public AccessToken defaultAzureCredential() {
        return defaultChain.getTokenSync(context);
    }

    @Benchmark
    public IAuthenticationResult msal4j() throws Exception {
        return application
                .acquireTokenForManagedIdentity(
                        ManagedIdentityParameters.builder(TokenClient.RESOURCE).build())
                .get();
    }
}
