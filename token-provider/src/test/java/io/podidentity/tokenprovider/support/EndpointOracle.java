// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSources;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import java.util.List;

/** Other people's clients as a program, since they read the environment of their process. Prints the token. */
public final class EndpointOracle {
    private EndpointOracle() {}

    /** Arguments: {@code msal4j}, {@code azure-identity} or {@code own}, and a client ID. */
    public static void main(String[] arguments) throws Exception {
        String resource = "https://storage.azure.com";
        String clientId = arguments[1];
        String token = switch (arguments[0]) {
            case "msal4j" ->
                ManagedIdentityApplication.builder(ManagedIdentityId.userAssignedClientId(clientId))
                        .build()
                        .acquireTokenForManagedIdentity(
                                ManagedIdentityParameters.builder(resource).build())
                        .get()
                        .accessToken();
            case "azure-identity" ->
                new ManagedIdentityCredentialBuilder()
                        .clientId(clientId)
                        .httpClient(new JdkHttpClientBuilder().build())
                        .build()
                        .getTokenSync(new TokenRequestContext().addScopes(resource + "/.default"))
                        .getToken();
            default ->
                AzureServiceTokenProvider.builder()
                        .sources(List.of(TokenSources.managedIdentity(UserAssignedIdentity.ofClientId(clientId))))
                        .build()
                        .getAccessToken(resource);
        };
        System.out.println(token);
        System.exit(0);
    }
}
