package com.example.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A login without a browser: a client that follows redirects and keeps cookies is enough. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@EmulatedAzure(customizers = Entra.Setup.class)
class LoginTest {

    @LocalServerPort
    private int port;

    @Autowired
    private PodIdentityEmulator azure;

    @Test
    void login_followedByAnHttpClient_endsOnThePageOfTheUser() throws Exception {
        HttpClient browser = browser();

        String page = page(browser, "/");

        assertThat(page)
                .contains("<h1>Hello from the vault, developer@podid.example</h1>")
                .contains("<dt>On your behalf</dt><dd>Read with a token")
                .contains("<dt>As the application</dt><dd>Read with a token");
    }

    @Test
    void logout_ofTheUser_endsAtTheApplicationSignedOut() throws Exception {
        HttpClient browser = browser();
        Matcher csrf = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"").matcher(page(browser, "/"));
        assertThat(csrf.find()).isTrue();
        String form = "_csrf=" + URLEncoder.encode(csrf.group(1), StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/logout"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));

        var answer = browser.send(request.build(), BodyHandlers.ofString());

        assertThat(answer.uri().getPath()).isEqualTo("/signed-out");
        assertThat(answer.body()).contains("<h1>Signed out</h1>");
    }

    private HttpClient browser() {
        return HttpClient.newBuilder()
                .sslContext(azure.sslContext())
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
    }

    private String page(HttpClient browser, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        var answer = browser.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.uri().getPath()).isEqualTo(200);
        return answer.body();
    }
}
