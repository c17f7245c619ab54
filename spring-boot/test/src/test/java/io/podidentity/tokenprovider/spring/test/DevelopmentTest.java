// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** As a developer starts an application, from a main class of its tests. */
class DevelopmentTest {

    @Test
    void application_withTheConfiguration_runsOnAnAzureOfItsOwn() {
        PodIdentityEmulator azure;
        try (ConfigurableApplicationContext context = run("--app.storage=${emulated-azure.storage}")) {
            azure = context.getBean(PodIdentityEmulator.class);
            context.getBean(AzureServiceTokenProvider.class).getAccessToken("https://storage.azure.com");

            assertThat(context.getEnvironment().getProperty("app.storage"))
                    .isEqualTo(azure.storage().toString());
            assertThat(azure.requests()).isNotEmpty();
        }
    }

    @Test
    void setting_onTheCommandLine_winsOverThatOfTheEmulator() {
        try (ConfigurableApplicationContext context =
                run("--token-provider.deadline=7s", "--emulated-azure.tenant-id=mine")) {
            assertThat(context.getEnvironment().getProperty("token-provider.deadline"))
                    .isEqualTo("7s");
            assertThat(context.getEnvironment().getProperty("emulated-azure.tenant-id"))
                    .isEqualTo("mine");
        }
    }

    private static ConfigurableApplicationContext run(String... arguments) {
        return SpringApplication.from(Application::main)
                .with(EmulatedAzureConfiguration.class)
                .run(arguments)
                .getApplicationContext();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(io.podidentity.tokenprovider.spring.TokenProviderAutoConfiguration.class)
    static class Application {
        public static void main(String[] arguments) {
            SpringApplication.run(Application.class, arguments);
        }
    }
}
