// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import java.time.Duration;
import java.util.function.Consumer;
import org.springframework.boot.ApplicationArguments;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Makes the demo a stage: its Azure, the place where it seems to run, and the switches of the page. */
@Configuration(proxyBeanMethods = false)
@EmulatedAzure(customizers = DemoStage.Identities.class)
public class DemoStage {
    /** Where the demo seems to run; one that starts it anew says it. */
    static final String HOST = "stage.host";

    /** For Spring. */
    public DemoStage() {}

    /** Two identities, and tokens that live so shortly that people see the life of one go by. */
    static final class Identities implements Consumer<PodIdentityEmulator.Builder> {
        private static final ManagedIdentity NODE = new ManagedIdentity(
                "aks-nodepool1", "20000000-0000-4000-8000-000000000005", "20000000-0000-4000-8000-000000000006", true);

        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            azure.identity(ManagedIdentity.named("podid-identity"), NODE).tokenLifetime(Duration.ofMinutes(15));
        }
    }

    @Bean
    Stage stage(PodIdentityEmulator azure, ConfigurableEnvironment environment) {
        Stage stage = new Stage(azure, environment.getProperty(HOST, Host.class, Host.POD));
        // The page tells the place from these.
        environment.getPropertySources().addFirst(new MapPropertySource("stage", stage.settings()));
        return stage;
    }

    /** In the place of the variables of the emulated machine. */
    @Bean
    @Primary
    TokenProviderConnectionDetails place(Stage stage) {
        return stage.place();
    }

    @Bean
    StageController stageController(
            Stage stage,
            AzureServiceTokenProvider provider,
            ConfigurableApplicationContext context,
            ApplicationArguments arguments) {
        return new StageController(stage, provider, new Restart(context, arguments));
    }
}
