package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import java.util.Map;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Defines a provider, and with the Azure SDK a credential, for each of {@code token-provider.identities}. They are
 * found by their qualifier alone, so whoever asks for the type without one gets the default identity.
 */
final class TokenIdentityRegistrar implements ImportBeanDefinitionRegistrar {
    private final Environment environment;
    private final boolean hasAzureSdk;

    TokenIdentityRegistrar(Environment environment, ClassLoader classLoader) {
        this.environment = environment;
        this.hasAzureSdk = ClassUtils.isPresent("com.azure.core.credential.TokenCredential", classLoader);
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        requireBoot4(SpringBootVersion.getVersion());
        Map<String, ?> identities = Binder.get(environment)
                .bind("token-provider.identities", Bindable.mapOf(String.class, TokenProviderProperties.Identity.class))
                .orElse(Map.of());
        for (String name : identities.keySet()) {
            register(name, registry);
        }
    }

    /** This comes before any bean. With Boot 3 the starter would be there, but without health and without pools. */
    static void requireBoot4(String version) {
        if (version.charAt(0) < '4') {
            throw new TokenProviderSettingException(
                    "token-provider-spring-boot-starter needs Spring Boot 4, and the application has " + version + ".",
                    "Use Spring Boot 4, or the library without the starter: replace the dependency by"
                            + " io.podidentity:token-provider and make the AzureServiceTokenProvider yourself.");
        }
    }

    private void register(String name, BeanDefinitionRegistry registry) {
        String providerName = "tokenProvider-" + name;
        RootBeanDefinition provider = definition(AzureServiceTokenProvider.class, name, name);
        provider.setFactoryBeanName("tokenIdentities");
        provider.setFactoryMethodName("provider");
        registry.registerBeanDefinition(providerName, provider);
        if (hasAzureSdk) {
            registry.registerBeanDefinition(
                    "tokenCredential-" + name,
                    definition(TokenProviderCredential.class, name, new RuntimeBeanReference(providerName)));
        }
    }

    private static RootBeanDefinition definition(Class<?> type, String name, Object argument) {
        RootBeanDefinition definition = new RootBeanDefinition(type);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, argument);
        definition.setDefaultCandidate(false);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
        return definition;
    }
}
