package com.example.login;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.JwtBearerOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizationContext;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.JwtBearerGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.jwt.Jwt;

/** Spring Security acts on behalf of a caller who came with a token; here of the user who signed in. */
@Configuration(proxyBeanMethods = false)
class OnBehalfOfTheUser {
    private final OAuth2AuthorizedClientService clients;

    OnBehalfOfTheUser(OAuth2AuthorizedClientService clients) {
        this.clients = clients;
    }

    /** The client is the starter's, which proves the application without a secret. */
    @Bean
    JwtBearerOAuth2AuthorizedClientProvider onBehalfOf(OAuth2AccessTokenResponseClient<JwtBearerGrantRequest> client) {
        var provider = new JwtBearerOAuth2AuthorizedClientProvider();
        provider.setAccessTokenResponseClient(client);
        provider.setJwtAssertionResolver(this::tokenOfTheUser);
        return provider;
    }

    private Jwt tokenOfTheUser(OAuth2AuthorizationContext context) {
        OAuth2AuthorizedClient user =
                clients.loadAuthorizedClient("entra", context.getPrincipal().getName());
        return Jwt.withTokenValue(user.getAccessToken().getTokenValue())
                .header("alg", "RS256")
                .subject(user.getPrincipalName())
                .build();
    }
}
