// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A vault that asks for a token by a challenge and lists its two secrets on two pages.
 *
 * @see <a href="https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses">its
 *     protocol</a>
 */
public final class Vault implements AddedEndpoint {
    private static final String RESOURCE = "https://vault.azure.net";
    private static final Map<String, String> SECRETS = Map.of("greeting", "hello of the vault", "orders-limit", "7");

    private final Azure azure;
    private final List<String> asked;

    /** @param asked gets what it was asked for */
    public Vault(Azure azure, List<String> asked) {
        this.azure = azure;
        this.asked = asked;
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
            asked.add(path + " without a token");
            return Answer.json(401, Map.of("error", Map.of("code", "Unauthorized")))
                    .with(
                            "WWW-Authenticate",
                            "Bearer authorization=\"" + azure.entra() + "/common\", resource=\"" + RESOURCE + "\"");
        }
        if (!path.equals("/secrets")) {
            asked.add(path);
            String name = path.replaceFirst("^/secrets/", "");
            return Answer.json(200, Map.of("id", id(name) + "/1", "value", SECRETS.get(name)));
        }
        boolean second = request.query().get("page").isPresent();
        asked.add(path + (second ? " of page 2" : ""));
        return Answer.json(
                200,
                second
                        ? Map.of("value", List.of(item("orders-limit")))
                        : Map.of(
                                "value",
                                List.of(item("greeting")),
                                "nextLink",
                                azure.entra() + "/secrets?api-version=7.4&page=2"));
    }

    private boolean isForVaults(String token) {
        byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
        return azure.issuer().read(token).isPresent()
                && new String(claims, StandardCharsets.UTF_8).contains("\"aud\":\"" + RESOURCE + "\"");
    }

    private Map<String, Object> item(String name) {
        return Map.of("id", id(name), "attributes", Map.of("enabled", true));
    }

    private String id(String name) {
        return azure.entra() + "/secrets/" + name;
    }
}
