package io.podidentity.tokenprovider.spring;

import java.util.List;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/** Lets Kafka's clients sign in with tokens, where {@code token-provider.kafka.enabled} says so. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(KafkaProperties.class)
@ConditionalOnProperty("token-provider.kafka.enabled")
@ImportRuntimeHints(TokenProviderKafkaAutoConfiguration.Hints.class)
public final class TokenProviderKafkaAutoConfiguration {

    @Bean
    static TokenKafkaPostProcessor tokenKafkaPostProcessor(BeanFactory beans) {
        return new TokenKafkaPostProcessor(beans);
    }

    /** For a native image: Kafka creates the handler and the login module by their names. */
    static final class Hints implements RuntimeHintsRegistrar {
        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            for (Class<?> byName : List.of(KafkaTokens.class, OAuthBearerLoginModule.class)) {
                hints.reflection().registerType(byName, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
            }
        }
    }
}
