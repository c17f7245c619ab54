package com.example.login;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A vault that asks for a token by a challenge, and has one secret.
 *
 * @see <a href="https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses">its
 *     protocol</a>
 */
final class Vault implements AddedEndpoint {
    private static final String RESOURCE = "https://vault.azure.net";
    private static final Map<String, String> SECRETS = Map.of("greeting", "Hello from the vault");

    private final Azure azure;

    Vault(Azure azure) {
        this.azure = azure;
    }

    @Override
    public Optional<Answer> answer(Request request) {
        String path = request.rawPath().replaceAll("/+$", "");
        if (!path.startsWith("/secrets")) {
            return Optional.empty();
        }
        return Optional.of(answer(request, path));
    }

    private Answer answer(Request request, String path) {
        boolean valid = request.bearer().filter(this::isForVaults).isPresent();
        if (!valid) {
            return Answer.json(401, Map.of("error", Map.of("code", "Unauthorized")))
                    .with(
                            "WWW-Authenticate",
                            "Bearer authorization=\"" + azure.entra() + "/common\", resource=\"" + RESOURCE + "\"");
        }
        if (!path.equals("/secrets")) {
            String name = path.replaceFirst("^/secrets/", "");
            return Answer.json(200, Map.of("id", id(name) + "/1", "value", SECRETS.get(name)));
        }
        return Answer.json(
                200, Map.of("value", List.of(Map.of("id", id("greeting"), "attributes", Map.of("enabled", true)))));
    }

    private boolean isForVaults(String token) {
        byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return azure.issuer().read(token).isPresent()
                && new String(claims, StandardCharsets.UTF_8).contains("\"aud\":\"" + RESOURCE + "\"");
    }

    private String id(String name) {
        return azure.entra() + "/secrets/" + name;
    }
}
