// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.bootstrap.DefaultBootstrapContext;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** {@code KeyVaultPropertiesTest} of the test kit reads from a vault by it. */
@ExtendWith(OutputCaptureExtension.class)
class TokenProviderBootstrapTest {

    @Test
    void credential_ofTheApplicationsOwn_isKept() {
        TokenCredential own = request -> {
            throw new AssertionError();
        };
        DefaultBootstrapContext context = context(Map.of());
        context.register(TokenCredential.class, InstanceSupplier.of(own));

        new TokenProviderBootstrap().initialize(context);

        assertThat(context.get(TokenCredential.class)).isSameAs(own);
    }

    @Test
    void credential_besideOneOfSpringCloudAzure_isTakenWithAWarning(CapturedOutput output) {
        DefaultBootstrapContext context = context(Map.of("spring.cloud.azure.credential.client-id", "a"));

        new TokenProviderBootstrap().initialize(context);

        assertThat(context.get(TokenCredential.class)).isInstanceOf(TokenProviderCredential.class);
        assertThat(output).contains("spring.cloud.azure.credential.* has no effect on property sources");
    }

    @Test
    void credential_ofAWrongSetting_saysWhich() {
        DefaultBootstrapContext context = context(Map.of("token-provider.connection-string", "RunAs=Ap"));

        new TokenProviderBootstrap().initialize(context);

        assertThatThrownBy(() -> context.get(TokenCredential.class))
                .isInstanceOf(TokenProviderSettingException.class)
                .hasMessageContaining("token-provider.connection-string");
    }

    private static DefaultBootstrapContext context(Map<String, String> settings) {
        DefaultBootstrapContext context = new DefaultBootstrapContext();
        context.register(Binder.class, InstanceSupplier.of(new Binder(new MapConfigurationPropertySource(settings))));
        return context;
    }
}
