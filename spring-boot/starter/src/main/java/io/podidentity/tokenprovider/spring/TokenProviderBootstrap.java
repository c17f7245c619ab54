// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.TokenCredential;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.bootstrap.BootstrapContext;
import org.springframework.boot.bootstrap.BootstrapRegistry;
import org.springframework.boot.bootstrap.BootstrapRegistryInitializer;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.util.ClassUtils;

/**
 * The credential of the default identity for whatever runs before there are beans, such as the property sources of Key
 * Vault: Spring Cloud Azure asks the bootstrap context for it. It is made when it is asked for, from the settings that
 * are known then.
 */
final class TokenProviderBootstrap implements BootstrapRegistryInitializer {

    @Override
    public void initialize(BootstrapRegistry registry) {
        if (ClassUtils.isPresent(
                "com.azure.core.credential.TokenCredential", getClass().getClassLoader())) {
            AzureSdk.register(registry);
        }
    }

    /** Is loaded only if the Azure SDK is there. */
    private static final class AzureSdk {
        private static final Logger LOG = LoggerFactory.getLogger(TokenProviderBootstrap.class);

        private static final String SPRING_CLOUD_AZURE = "spring.cloud.azure.credential";

        static void register(BootstrapRegistry registry) {
            registry.registerIfAbsent(TokenCredential.class, AzureSdk::credential);
        }

        private static TokenCredential credential(BootstrapContext context) {
            Binder settings = requireNonNull(context.get(Binder.class));
            if (settings.bind(SPRING_CLOUD_AZURE, Bindable.mapOf(String.class, String.class))
                    .isBound()) {
                LOG.warn(
                        "{}.* has no effect on property sources: they sign in by the token provider.",
                        SPRING_CLOUD_AZURE);
            }
            TokenProviderProperties properties =
                    settings.bindOrCreate("token-provider", Bindable.of(TokenProviderProperties.class));
            var none = new DefaultListableBeanFactory();
            var identities = new TokenIdentities(
                    properties,
                    none.getBeanProvider(TokenProviderConnectionDetails.class),
                    none.getBeanProvider(TokenProviderCustomizer.class),
                    none.getBeanProvider(TokenListener.class),
                    none.getBeanProvider(TokenIdentities.Listener.class));
            return new TokenProviderCredential(identities.provider(null));
        }
    }
}
