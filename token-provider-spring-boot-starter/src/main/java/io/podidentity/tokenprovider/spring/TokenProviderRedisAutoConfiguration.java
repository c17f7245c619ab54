package io.podidentity.tokenprovider.spring;

import io.lettuce.core.ClientOptions.ReauthenticateBehavior;
import io.lettuce.core.RedisClient;
import io.podidentity.tokenprovider.AccessToken;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.data.redis.autoconfigure.JedisClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.Jedis;

/** Lets the clients of Redis sign in with tokens, where {@code token-provider.redis.enabled} says so. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(DataRedisProperties.class)
@ConditionalOnProperty("token-provider.redis.enabled")
public final class TokenProviderRedisAutoConfiguration {

    @Bean
    RedisSignIn redisSignIn(
            TokenIdentities identities,
            TokenKeeper keeper,
            TokenProviderProperties properties,
            DataRedisProperties redis,
            DataRedisConnectionDetails details) {
        boolean usesTls =
                redis.getSsl().isEnabled() || String.valueOf(redis.getUrl()).startsWith("rediss:");
        if (!usesTls) {
            throw new TokenProviderSettingException(
                    "The connection to Redis does not use TLS, without which a token is never sent.",
                    "Set spring.data.redis.ssl.enabled=true, and the port to 10000 (Azure Managed Redis) or 6380.");
        }
        TokenProviderProperties.Redis own = properties.redis();
        keeper.keep(own.identity(), own.resource());
        return new RedisSignIn(identities.provider(own.identity()), own.resource(), details.getUsername());
    }

    /** Lettuce also signs open connections in again. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RedisClient.class)
    static final class LettuceConfiguration {

        @Bean
        LettuceClientConfigurationBuilderCustomizer redisTokensForLettuce(RedisSignIn signIn) {
            LettuceTokens tokens = new LettuceTokens(signIn);
            return builder -> builder.redisCredentialsProviderFactory(new RedisCredentialsProviderFactory() {
                @Override
                public LettuceTokens createCredentialsProvider(RedisConfiguration configuration) {
                    return tokens;
                }
            });
        }

        @Bean
        LettuceClientOptionsBuilderCustomizer redisTokensForOpenConnections() {
            return options -> options.reauthenticateBehavior(ReauthenticateBehavior.ON_NEW_CREDENTIALS);
        }
    }

    /** Jedis asks for each new connection. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Jedis.class)
    static final class JedisConfiguration {

        @Bean
        JedisClientConfigurationBuilderCustomizer redisTokensForJedis(RedisSignIn signIn) {
            return builder -> builder.customizeClientConfig(config -> config.credentialsProvider(() -> {
                AccessToken token = signIn.provider().getAuthenticationResult(signIn.resource());
                return new DefaultRedisCredentials(signIn.userOf(token), token.value());
            }));
        }
    }
}
