// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * The property sources of Spring Cloud Azure, which are read by the real Azure SDK before there is a context, from a
 * vault.
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
}
