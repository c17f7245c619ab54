// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.nimbusds.jwt.SignedJWT;

/** Azure's own library for Java, which reads its process's environment: prints for each resource whose token it got. */
final class BorrowerProgram {

    private BorrowerProgram() {}

    public static void main(String[] resources) throws Exception {
        var credential = new ManagedIdentityCredentialBuilder()
                .httpClient(new JdkHttpClientBuilder().build())
                .build();
        for (String resource : resources) {
            try {
                String token = credential
                        .getTokenSync(new TokenRequestContext().addScopes(resource + "/.default"))
                        .getToken();
                System.out.println(
                        "got " + SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("appid"));
            } catch (RuntimeException refused) {
                for (Throwable t = refused; t != null; t = t.getCause()) {
                    System.out.println("refused " + t.getMessage());
                }
            }
        }
        System.exit(0);
    }
}
