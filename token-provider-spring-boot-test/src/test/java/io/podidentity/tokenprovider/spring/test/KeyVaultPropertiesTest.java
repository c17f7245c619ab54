package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * The property sources of Spring Cloud Azure, which are read by the real Azure SDK before there is a context, from a
 * vault that asks for a token by a challenge and lists its secrets on two pages.
 */
class KeyVaultPropertiesTest {

    @Test
    void property_ofAVault_isReadAsTheIdentityOfTheSettings() {
        List<String> asked = new CopyOnWriteArrayList<>();
        try (PodIdentityEmulator azure = PodIdentityEmulator.builder()
                .besideEntra(beside -> new Vault(beside, asked))
                .start()) {
            JvmTrust.add(azure.certificateAuthority());
            var settings = new ArrayList<String>(
                    List.of(
                            "spring.cloud.azure.keyvault.secret.property-sources[0].endpoint=" + azure.entra(),
                            "spring.cloud.azure.keyvault.secret.property-sources[0].challenge-resource-verification-enabled=false"));
            EmulatedAzureSettings.of(azure).forEach((name, value) -> settings.add(name + "=" + value));

            try (var context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(settings.toArray(String[]::new))
                    .run()) {
                assertThat(context.getEnvironment().getProperty("greeting")).isEqualTo("hello of the vault");
                assertThat(context.getEnvironment().getProperty("orders.limit")).isEqualTo("7");
            }
            assertThat(asked)
                    .startsWith("/secrets without a token")
                    .contains("/secrets of page 2", "/secrets/greeting", "/secrets/orders-limit");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {}

    /** Its protocol: https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses. */
    private static final class Vault implements AddedEndpoint {
        private static final String RESOURCE = "https://vault.azure.net";
        private static final Map<String, String> SECRETS =
                Map.of("greeting", "hello of the vault", "orders-limit", "7");

        private final Azure azure;
        private final List<String> asked;

        Vault(Azure azure, List<String> asked) {
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
            return azure.tokens().read(token).isPresent()
                    && new String(claims, StandardCharsets.UTF_8).contains("\"aud\":\"" + RESOURCE + "\"");
        }

        private Map<String, Object> item(String name) {
            return Map.of("id", id(name), "attributes", Map.of("enabled", true));
        }

        private String id(String name) {
            return azure.entra() + "/secrets/" + name;
        }
    }
}
