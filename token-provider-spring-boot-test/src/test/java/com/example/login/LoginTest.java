package com.example.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A login without a browser: a client that follows redirects and keeps cookies is enough. */
@EntraLogin
class LoginTest {

    @LocalServerPort
    private int port;

    @Autowired
    private PodIdentityEmulator azure;

    @Test
    void login_followedByAnHttpClient_endsOnThePageOfTheUser() throws Exception {
        HttpClient browser = browser();

        String page = page(browser);

        assertThat(page)
                .contains("<h1>Signed in: developer@podid.example</h1>")
                .contains(EntraLogin.APPLICATION + " as developer@podid.example at https://storage.azure.com");
        // By the refresh token, since the tokens do not live as long as Spring Security wants them to.
        assertThat(page(browser)).contains("Signed in: developer@podid.example").isNotEqualTo(page);
        assertThat(azure.requests())
                .filteredOn(request -> request.path().endsWith("/authorize"))
                .hasSize(1);
    }

    private HttpClient browser() {
        return HttpClient.newBuilder()
                .sslContext(azure.sslContext())
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
    }

    private String page(HttpClient browser) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"));
        var answer = browser.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.uri().getPath()).isEqualTo(200);
        return answer.body();
    }
}
