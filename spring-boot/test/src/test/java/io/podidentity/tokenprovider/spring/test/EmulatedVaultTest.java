// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

/** The property sources of a vault, which are read before there is a context, name the emulator of the test. */
@SpringBootTest(
        classes = EmulatedVaultTest.Application.class,
        properties = {
            "spring.cloud.azure.keyvault.secret.property-sources[0].endpoint=${emulated-azure.entra}",
            "spring.cloud.azure.keyvault.secret.property-sources[0].challenge-resource-verification-enabled=false"
        })
@EmulatedAzure(customizers = EmulatedVaultTest.WithAVault.class)
class EmulatedVaultTest {

    @Value("${greeting}")
    private String greeting;

    @Test
    void property_ofTheVault_isThere() {
        assertThat(greeting).isEqualTo("hello of the vault");
    }

    /** Answers beside Entra ID as a vault would. */
    static final class WithAVault implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            azure.besideEntra(beside -> new Vault(beside, new ArrayList<>()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {}
}
