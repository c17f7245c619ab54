// SPDX-License-Identifier: Apache-2.0
package com.example.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.tokenprovider.spring.OnBehalfOfCredentials;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import io.podidentity.tokenprovider.spring.test.WebApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;

/** A user's token reaches an API, which reads a blob on the user's behalf; no secret is anywhere. */
@SpringBootTest(
        classes = ApiApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "app.storage=${emulated-azure.storage}",
            "spring.security.oauth2.resourceserver.jwt.jwk-set-uri="
                    + "${emulated-azure.entra}/${emulated-azure.tenant-id}/discovery/v2.0/keys",
            "spring.security.oauth2.resourceserver.jwt.audiences=" + OnBehalfOfTest.API + ",api://"
                    + OnBehalfOfTest.API,
            "token-provider.connection-string=RunAs=App;AppId=" + OnBehalfOfTest.API
                    + ";TenantId=${emulated-azure.tenant-id};ManagedIdentityClientId=" + OnBehalfOfTest.IDENTITY
        })
@EmulatedAzure(customizers = OnBehalfOfTest.Registrations.class)
class OnBehalfOfTest {
    static final String API = "c0ffee00-0000-4000-8000-000000000002";
    static final String IDENTITY = "11111111-1111-4111-8111-111111111111";
    private static final String WEB = "c0ffee00-0000-4000-8000-000000000001";
    private static final String SECRET = "secret-of-the-web-application";
    private static final String CALLBACK = "http://localhost/callback";

    @LocalServerPort
    private int port;

    @Autowired
    private PodIdentityEmulator azure;

    @Autowired
    private OnBehalfOfCredentials credentials;

    /** A web application at which users sign in, and the API, which trusts the machine's identity. */
    static final class Registrations implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder builder) {
            ManagedIdentity identity = new ManagedIdentity("api", IDENTITY, IDENTITY.replace('1', 'a'));
            builder.identity(identity)
                    .application(WEB, "0b1ec700-0000-4000-8000-000000000001", SECRET)
                    .redirectUri(WEB, CALLBACK)
                    .application(API, "0b1ec700-0000-4000-8000-000000000002", "not used")
                    .federatedCredential(
                            API,
                            "https://login.microsoftonline.com/10000000-0000-4000-8000-000000000001/v2.0",
                            identity.objectId(),
                            "api://AzureADTokenExchange");
        }
    }

    @Test
    void blob_ofAUserWhoCalls_isReadOnTheirBehalf() throws Exception {
        HttpResponse<String> answer = call("/blob", userToken());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Read with a token and without a secret.");
    }

    @Test
    void token_ofTheRequestAndOfTheThread_isOneAndNamesTheUser() throws Exception {
        String user = userToken();

        String token = call("/token/of-the-request", user).body();

        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
        assertThat(claims)
                .contains("\"aud\":\"https://storage.azure.com\"", "\"upn\":\"developer@podid.example\"")
                .contains("\"appid\":\"" + API + "\"");
        assertThat(call("/token/of-the-thread", user).body()).isEqualTo(token);
    }

    @Test
    void credential_withoutAUsersAccessToken_saysWhatToPass() {
        assertThatThrownBy(() -> credentials.of(new TestingAuthenticationToken("anna", "a session")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pass the access token of the OAuth2AuthorizedClient");
        OidcIdToken idToken = new OidcIdToken("s3cr3t", Instant.EPOCH, Instant.MAX, Map.of("sub", "anna"));
        assertThatThrownBy(() -> credentials.of(idToken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Pass the user's access token")
                .hasMessageNotContaining("s3cr3t");
        assertThatThrownBy(() -> credentials.withIdentity("orders"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is no identity \"orders\": token-provider.identities has none");
        assertThatThrownBy(() -> credentials.ofCurrentUser())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no user on this thread");
    }

    private HttpResponse<String> call(String path, String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Authorization", "Bearer " + token)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    /** The token that the web application has after a user signed in there. */
    private String userToken() throws Exception {
        return new WebApplication(azure, WEB, SECRET, CALLBACK).getUserToken("api://" + API + "/blobs.read");
    }
}
