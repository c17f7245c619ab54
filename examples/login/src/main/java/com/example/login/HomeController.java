package com.example.login;

import com.azure.core.credential.AccessToken;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import java.time.ZoneOffset;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;
import reactor.core.publisher.Mono;

@RestController
class HomeController {
    private final BlobContainerClient own;
    private final String storage;
    private final String greeting;

    HomeController(
            BlobContainerClient own,
            @Value("${login.storage}") String storage,
            @Value("${greeting}") String greeting) {
        this.own = own;
        this.storage = storage;
        this.greeting = greeting;
    }

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    String home(
            @AuthenticationPrincipal OidcUser user,
            // Renews the user's token, for which the next one is given out.
            @RegisteredOAuth2AuthorizedClient("entra") OAuth2AuthorizedClient login,
            @RegisteredOAuth2AuthorizedClient("storage") OAuth2AuthorizedClient onBehalf,
            CsrfToken csrf) {
        return page("Signed in", """
                <h1>%s, %s</h1>
                <p>You signed in at this application, which has no client secret. It has read the blob hello.txt twice.</p>
                <dl>
                <dt>On your behalf</dt><dd>%s</dd>
                <dt>As the application</dt><dd>%s</dd>
                </dl>
                <form method="post" action="/logout"><input type="hidden" name="%s" value="%s"><button>Sign out</button></form>
                """.formatted(
                        escaped(greeting),
                        escaped(user.getPreferredUsername()),
                        escaped(hello(of(onBehalf.getAccessToken()))),
                        escaped(hello(own)),
                        csrf.getParameterName(),
                        csrf.getToken()));
    }

    @GetMapping(path = "/signed-out", produces = MediaType.TEXT_HTML_VALUE)
    String signedOut() {
        return page("Signed out", "<h1>Signed out</h1><p><a href=\"/\">Sign in again</a></p>");
    }

    private static String page(String title, String content) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <link rel="stylesheet" href="/login.css">
                </head>
                <body><main>
                %s</main></body>
                </html>
                """.formatted(title, content);
    }

    private static String hello(BlobContainerClient blobs) {
        return blobs.getBlobClient("hello.txt").downloadContent().toString();
    }

    /** The same container, as the user. */
    private BlobContainerClient of(OAuth2AccessToken user) {
        var token = new AccessToken(user.getTokenValue(), user.getExpiresAt().atOffset(ZoneOffset.UTC));
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(request -> Mono.just(token))
                .buildClient()
                .getBlobContainerClient("samples");
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text);
    }
}
