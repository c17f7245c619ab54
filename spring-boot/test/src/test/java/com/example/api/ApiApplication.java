// SPDX-License-Identifier: Apache-2.0
package com.example.api;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.storage.blob.BlobClientBuilder;
import io.podidentity.tokenprovider.spring.OnBehalfOfCredentials;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An API that users call with their tokens; it reads a blob on their behalf. */
@SpringBootApplication
class ApiApplication {

    @RestController
    record Blobs(
            OnBehalfOfCredentials credentials,
            @Value("${app.storage}") String storage) {

        @GetMapping("/blob")
        String readBlob(JwtAuthenticationToken user) {
            return new BlobClientBuilder()
                    .endpoint(storage)
                    .containerName("samples")
                    .blobName("hello.txt")
                    .credential(credentials.of(user))
                    .buildClient()
                    .downloadContent()
                    .toString();
        }

        @GetMapping("/token/of-the-request")
        String readTokenOfRequest(@AuthenticationPrincipal Jwt user) {
            return tokenOf(credentials.of(user));
        }

        @GetMapping("/token/of-the-thread")
        String readTokenOfThread() {
            return tokenOf(credentials.ofCurrentUser());
        }

        private static String tokenOf(TokenCredential credential) {
            TokenRequestContext storage = new TokenRequestContext().addScopes("https://storage.azure.com/.default");
            return credential.getTokenSync(storage).getToken();
        }
    }
}
