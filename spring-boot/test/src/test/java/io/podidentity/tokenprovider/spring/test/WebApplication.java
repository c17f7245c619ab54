// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A web application at which the emulated user signs in, and that has a secret.
 *
 * @param azure where it is registered
 * @param clientId its client ID
 * @param secret its secret
 * @param redirectUri where the user comes back to
 */
public record WebApplication(PodIdentityEmulator azure, String clientId, String secret, String redirectUri) {

    /** The token for a scope of an API that the application has after the user signed in. */
    public String getUserToken(String scope) throws IOException, InterruptedException {
        HttpClient browser =
                HttpClient.newBuilder().sslContext(azure.sslContext()).build();
        String entra = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/";
        String query = writeForm(
                Map.of("client_id", clientId, "response_type", "code", "redirect_uri", redirectUri, "scope", scope));
        HttpRequest signIn =
                HttpRequest.newBuilder(URI.create(entra + "authorize?" + query)).build();
        String location = browser.send(signIn, BodyHandlers.ofString())
                .headers()
                .firstValue("Location")
                .orElseThrow();
        String fields = writeForm(Map.of(
                "grant_type", "authorization_code",
                "client_id", clientId,
                "client_secret", secret,
                "redirect_uri", redirectUri,
                "code", URLDecoder.decode(find("[?&]code=([^&]+)", location), StandardCharsets.UTF_8)));
        HttpRequest token = HttpRequest.newBuilder(URI.create(entra + "token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(fields))
                .build();
        return find(
                "\"access_token\":\\s*\"([^\"]+)\"",
                browser.send(token, BodyHandlers.ofString()).body());
    }

    private static String find(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        if (!found.find()) {
            throw new AssertionError(pattern + " is not in: " + text);
        }
        return found.group(1);
    }

    private static String writeForm(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
