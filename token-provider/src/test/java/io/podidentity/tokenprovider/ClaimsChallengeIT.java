// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A storage account that revokes a token, Entra ID, and the cache between them. */
class ClaimsChallengeIT {
    private static final String APP = "30000000-0000-4000-8000-0000000000da";
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");
    private static final Pattern CLAIMS = Pattern.compile("claims=\"([^\"]+)\"");

    private PodIdentityEmulator azure;
    private AzureServiceTokenProvider provider;
    private HttpClient http;

    @BeforeEach
    void start() {
        azure = PodIdentityEmulator.builder()
                .application(APP, "30000000-0000-4000-8000-0000000000db", "a secret")
                .start();
        provider = AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .authorityHost(azure.entra().toString())
                .sources(List.of(TokenSources.clientSecret(azure.tenantId(), APP, "a secret")))
                .sslContext(azure.sslContext())
                .build();
        http = HttpClient.newBuilder().sslContext(azure.sslContext()).build();
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @Test
    void token_afterAClaimsChallenge_isAnotherOneThatTheAccountAccepts() throws Exception {
        assertThat(blobs(provider.getAccessToken(REQUEST)).statusCode()).isEqualTo(200);
        azure.challengeClaims();
        HttpResponse<String> challenged = blobs(provider.getAccessToken(REQUEST));
        assertThat(challenged.statusCode()).isEqualTo(401);
        // The cached token stays revoked.
        assertThat(blobs(provider.getAccessToken(REQUEST)).statusCode()).isEqualTo(401);

        String token = provider.getAccessToken(REQUEST.withClaims(claims(challenged)));

        assertThat(blobs(token).statusCode()).isEqualTo(200);
        assertThat(JwtReader.claims(token)).containsEntry("xms_cc", List.of("CP1"));
    }

    private static String claims(HttpResponse<String> challenged) {
        String header = challenged.headers().firstValue("WWW-Authenticate").orElse("");
        Matcher claims = CLAIMS.matcher(header);
        assertThat(claims.find()).as(header).isTrue();
        return new String(Base64.getDecoder().decode(claims.group(1)), StandardCharsets.UTF_8);
    }

    private HttpResponse<String> blobs(String token) throws IOException, InterruptedException {
        var list = URI.create(azure.storage() + "/samples?restype=container&comp=list");
        HttpRequest request = HttpRequest.newBuilder(list)
                .header("Authorization", "Bearer " + token)
                .header("x-ms-version", "2023-11-03")
                .build();
        return http.send(request, BodyHandlers.ofString());
    }
}
