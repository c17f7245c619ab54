// SPDX-License-Identifier: Apache-2.0
package com.example.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.history.RecordedRequest;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
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

        assertThat(page(browser)).startsWith("<h1>Signed in, developer@podid.example</h1><p>We both read: ");
        assertThat(asked("/authorize")).hasSize(1);
        // For the code; by the refresh token, since tokens live shorter than Spring Security wants; on the user's
        // behalf.
        assertThat(asked("/token")).hasSize(3);

        page(browser);

        assertThat(asked("/authorize")).hasSize(1);
        assertThat(asked("/token")).hasSize(5);
    }

    private List<RecordedRequest> asked(String path) {
        return azure.requests().stream()
                .filter(request -> request.path().endsWith("v2.0" + path))
                .toList();
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
