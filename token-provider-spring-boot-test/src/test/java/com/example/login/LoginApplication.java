package com.example.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.JwtBearerOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application without a secret, at which users sign in by Entra ID and which acts on their behalf: the starter sends
 * a managed identity's token as its assertion.
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

    /** The user's token for this application is what it acts by; Spring Security looks for a resource server's own. */
    @Bean
    JwtBearerOAuth2AuthorizedClientProvider onBehalfOf(OAuth2AuthorizedClientService clients) {
        var provider = new JwtBearerOAuth2AuthorizedClientProvider();
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
