package com.example.login;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.JwtBearerOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientJwtBearerTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application without a secret, at which users sign in by Entra ID and which acts on their behalf: Spring Security's
 * own customisation sends a managed identity's token as its assertion.
 */
@SpringBootApplication
@RestController
class LoginApplication {

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    String page(
            @AuthenticationPrincipal OidcUser user,
            @RegisteredOAuth2AuthorizedClient("entra") OAuth2AuthorizedClient own,
            @RegisteredOAuth2AuthorizedClient("storage") OAuth2AuthorizedClient onBehalf) {
        return "<h1>Signed in: " + user.getPreferredUsername() + "</h1><p>"
                + claims(own).get("aud") + " as "
                + claims(onBehalf).get("upn") + " at " + claims(onBehalf).get("aud") + "</p><i>"
                + claims(own).get("uti") + "</i>";
    }

    /** What a test wants to see of a token that is for somebody else. */
    private static Map<String, Object> claims(OAuth2AuthorizedClient client) {
        String payload = client.getAccessToken().getTokenValue().split("\\.", 3)[1];
        String json = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        return JsonParserFactory.getJsonParser().parseMap(json);
    }

    @Bean
    Supplier<MultiValueMap<String, String>> assertion(AzureServiceTokenProvider identity) {
        return () -> MultiValueMap.fromSingleValue(Map.of(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                identity.getAccessToken("api://AzureADTokenExchange")));
    }

    @Bean
    OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> codes(
            Supplier<MultiValueMap<String, String>> assertion) {
        var client = new RestClientAuthorizationCodeTokenResponseClient();
        client.addParametersConverter(request -> assertion.get());
        return client;
    }

    @Bean
    OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> refreshes(
            Supplier<MultiValueMap<String, String>> assertion) {
        var client = new RestClientRefreshTokenTokenResponseClient();
        client.addParametersConverter(request -> assertion.get());
        return client;
    }

    @Bean
    JwtBearerOAuth2AuthorizedClientProvider onBehalfOf(
            Supplier<MultiValueMap<String, String>> assertion, OAuth2AuthorizedClientService clients) {
        var client = new RestClientJwtBearerTokenResponseClient();
        client.addParametersConverter(request -> assertion.get());
        client.setParametersCustomizer(parameters -> parameters.set("requested_token_use", "on_behalf_of"));
        var provider = new JwtBearerOAuth2AuthorizedClientProvider();
        provider.setAccessTokenResponseClient(client);
        provider.setJwtAssertionResolver(context -> {
            OAuth2AuthorizedClient own =
                    clients.loadAuthorizedClient("entra", context.getPrincipal().getName());
            return Jwt.withTokenValue(own.getAccessToken().getTokenValue())
                    .headers(headers -> headers.put("alg", "RS256"))
                    .subject(own.getPrincipalName())
                    .build();
        });
        return provider;
    }
}
