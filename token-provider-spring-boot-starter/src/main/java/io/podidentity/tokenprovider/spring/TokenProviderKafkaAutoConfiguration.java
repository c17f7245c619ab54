package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;

/** Lets Kafka's clients sign in with tokens, where {@code token-provider.kafka.enabled} says so. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(KafkaProperties.class)
@ConditionalOnProperty("token-provider.kafka.enabled")
public final class TokenProviderKafkaAutoConfiguration {

    /** Looks up nothing before there are Kafka's settings, since a post-processor is made before all other beans. */
    @Bean
    static TokenKafkaPostProcessor tokenKafkaPostProcessor(
            ObjectProvider<AzureServiceTokenProvider> provider,
            ObjectProvider<TokenKeeper> keeper,
            ObjectProvider<TokenProviderProperties> properties) {
        return new TokenKafkaPostProcessor(provider::getObject, keeper::getObject, properties::getObject);
    }
}
