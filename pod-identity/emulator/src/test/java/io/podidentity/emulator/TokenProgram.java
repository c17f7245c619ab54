// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import com.azure.core.credential.TokenRequestContext;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ManagedIdentityApplication;
import com.microsoft.aad.msal4j.ManagedIdentityId;
import com.microsoft.aad.msal4j.ManagedIdentityParameters;
import com.nimbusds.jwt.SignedJWT;

/** Gets a token by each client, in a process of its own, and prints whose it is: the client, and {@code appid}. */
final class TokenProgram {

    private static final String RESOURCE = "https://storage.azure.com/";

    private TokenProgram() {}

    public static void main(String[] clientId) throws Exception {
        print("azure-identity", azureIdentity(clientId[0]));
        print("msal4j", msal(clientId[0]));
    }

    private static String azureIdentity(String clientId) {
        return new ManagedIdentityCredentialBuilder()
                .clientId(clientId)
                .build()
                .getTokenSync(new TokenRequestContext().addScopes(RESOURCE + ".default"))
                .getToken();
    }

    private static String msal(String clientId) throws Exception {
        return ManagedIdentityApplication.builder(ManagedIdentityId.userAssignedClientId(clientId))
                .build()
                .acquireTokenForManagedIdentity(
                        ManagedIdentityParameters.builder(RESOURCE).build())
                .get()
                .accessToken();
    }

    private static void print(String client, String token) throws Exception {
        System.out.println(
                client + " " + SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("appid"));
    }
}
