// SPDX-License-Identifier: Apache-2.0
package com.example.login;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.JwtBearerOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Users sign in; it reads blobs on their behalf and as itself, and a property that may be a secret of a vault. */
@SpringBootApplication
class LoginApplication {

    @RestController
    record Page(
            RestClient api,
            BlobContainerClient blobs,
            @Value("${greeting}") String greeting) {

        @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
        String of(
                @AuthenticationPrincipal OidcUser user,
                // Renews the user's token, for which the next one is given out.
                @RegisteredOAuth2AuthorizedClient("entra") OAuth2AuthorizedClient login,
                @RegisteredOAuth2AuthorizedClient("storage") OAuth2AuthorizedClient onBehalf) {
            String asTheUser = api.get()
                    .uri("/samples/hello.txt")
                    .headers(headers ->
                            headers.setBearerAuth(onBehalf.getAccessToken().getTokenValue()))
                    .header("x-ms-version", "2023-11-03")
                    .retrieve()
                    .body(String.class);
            String asItself = blobs.getBlobClient("hello.txt").downloadContent().toString();
            return "<h1>" + greeting + ", " + user.getPreferredUsername() + "</h1><p>"
                    + (asItself.equals(asTheUser) ? "We both read: " + asTheUser : "We do not read the same.");
        }
    }

    @Bean
    RestClient api(RestClient.Builder builder, @Value("${app.storage}") String storage) {
        return builder.baseUrl(storage).build();
    }

    @Bean
    BlobContainerClient blobs(TokenCredential credential, @Value("${app.storage}") String storage) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");
    }

    /** Spring Security acts on behalf of a caller who came with a token; here of the user who signed in. */
    @Bean
    JwtBearerOAuth2AuthorizedClientProvider onBehalfOf(
            OAuth2AccessTokenResponseClient<JwtBearerGrantRequest> entra, OAuth2AuthorizedClientService clients) {
        var provider = new JwtBearerOAuth2AuthorizedClientProvider();
        provider.setAccessTokenResponseClient(entra);
        provider.setJwtAssertionResolver(context -> {
            OAuth2AuthorizedClient login =
                    clients.loadAuthorizedClient("entra", context.getPrincipal().getName());
            return Jwt.withTokenValue(login.getAccessToken().getTokenValue())
                    .header("alg", "RS256")
                    .subject(login.getPrincipalName())
                    .build();
        });
        return provider;
    }
}
