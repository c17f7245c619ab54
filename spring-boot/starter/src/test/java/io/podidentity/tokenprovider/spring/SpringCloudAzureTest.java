// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.spring.cloud.autoconfigure.implementation.context.AzureGlobalPropertiesAutoConfiguration;
import com.azure.spring.cloud.autoconfigure.implementation.context.AzureTokenCredentialAutoConfiguration;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Beside the auto-configuration of Spring Cloud Azure, whichever of the two is listed first. */
class SpringCloudAzureTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AzureGlobalPropertiesAutoConfiguration.class,
                    AzureTokenCredentialAutoConfiguration.class,
                    TokenProviderAutoConfiguration.class));

    @Test
    void credential_besideSpringCloudAzure_isTheDefaultOfItsClients() {
        runner.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(TokenCredential.class);
            assertThat(context.getBean("springCloudAzureDefaultCredential"))
                    .isInstanceOf(TokenProviderCredential.class)
                    .isSameAs(context.getBean(TokenCredential.class));
        });
    }
}
