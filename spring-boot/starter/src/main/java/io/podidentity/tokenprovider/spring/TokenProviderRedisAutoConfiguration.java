// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.lettuce.core.ClientOptions.ReauthenticateBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.LazyInitializationExcludeFilter;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.Jedis;

/**
 * Lets the clients of Redis sign in with tokens, where {@code token-provider.redis.enabled} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(DataRedisProperties.class)
@ConditionalOnProperty("token-provider.redis.enabled")
public final class TokenProviderRedisAutoConfiguration {

    /** A connection without TLS fails the start, also where beans are made when they are needed. */
    @Bean
    static LazyInitializationExcludeFilter eagerRedisSignIn() {
        return LazyInitializationExcludeFilter.forBeanTypes(RedisSignIn.class);
    }

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
        LettuceClientConfigurationBuilderCustomizer redisTokensForLettuce(RedisSignIn signIn, SettingsCheck check) {
            LettuceTokens tokens = new LettuceTokens(signIn);
            return builder -> {
                check.use(Feature.REDIS);
                builder.redisCredentialsProviderFactory(new TokensOfAll(tokens));
            };
        }

        /** The same tokens for each connection. */
        private record TokensOfAll(LettuceTokens tokens) implements RedisCredentialsProviderFactory {
            @Override
            public LettuceTokens createCredentialsProvider(RedisConfiguration configuration) {
                return tokens;
            }
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
        JedisClientConfigurationBuilderCustomizer redisTokensForJedis(RedisSignIn signIn, SettingsCheck check) {
            Consumer<DefaultJedisClientConfig.Builder> withTokens =
                    config -> config.credentialsProvider(new JedisTokens(signIn));
            return builder -> {
                check.use(Feature.REDIS);
                builder.customizeClientConfig(withTokens::accept);
            };
        }

        /** A valid token for each new connection. */
        private record JedisTokens(RedisSignIn signIn) implements Supplier<redis.clients.jedis.RedisCredentials> {
            @Override
            public redis.clients.jedis.RedisCredentials get() {
                AccessToken token = signIn.provider().getAuthenticationResult(signIn.resource());
                return new DefaultRedisCredentials(signIn.userOf(token), token.value());
            }
        }
    }

    /**
     * Who signs in to Redis, and with what.
     *
     * @param user the name in Redis; null for the object ID of the identity, which it is in Azure
     * @see <a href="https://learn.microsoft.com/azure/redis/entra-for-authentication">Entra ID for Redis</a>
     */
    record RedisSignIn(
            AzureServiceTokenProvider provider,
            String resource,
            @Nullable String user) {

        /** @throws IllegalStateException if there is no name */
        String userOf(AccessToken token) {
            if (user != null) {
                return user;
            }
            return token.principal()
                    .flatMap(Principal::objectId)
                    .orElseThrow(
                            () -> new IllegalStateException("The token names no object ID, which is the user name in"
                                    + " Azure's Redis. Set spring.data.redis.username."));
        }
    }

    /**
     * What Lettuce signs in with: the token of the moment for a new connection, and each later token for the open ones,
     * since Azure's Redis ends a connection whose token has expired.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads; blocks none.
     */
    record LettuceTokens(RedisSignIn signIn) implements RedisCredentialsProvider {

        /** Between two looks at a token: a part of what is left of it, since looking is what makes it refreshed. */
        private static final int LOOKS_IN_THE_REST = 8;

        private static final Duration SHORTEST = Duration.ofSeconds(1);
        private static final Duration LONGEST_AFTER_FAILURE = Duration.ofMinutes(1);

        @Override
        public Mono<RedisCredentials> resolveCredentials() {
            return token().map(this::credentials);
        }

        @Override
        public boolean supportsStreaming() {
            return true;
        }

        /** Never ends and never fails: the token that a connection has may be valid for long. */
        @Override
        public Flux<RedisCredentials> credentials() {
            Mono<AccessToken> untilThereIsOne =
                    token().retryWhen(Retry.backoff(Long.MAX_VALUE, SHORTEST).maxBackoff(LONGEST_AFTER_FAILURE));
            return untilThereIsOne
                    .expand(token -> Mono.delay(untilNextLook(token)).then(untilThereIsOne))
                    .distinctUntilChanged(AccessToken::value)
                    .map(this::credentials);
        }

        private Mono<AccessToken> token() {
            TokenRequest request = TokenRequest.forResource(signIn.resource());
            return Mono.fromFuture(() -> signIn.provider().getAuthenticationResultAsync(request));
        }

        private static Duration untilNextLook(AccessToken token) {
            Duration part = Duration.between(Instant.now(), token.expiresOn()).dividedBy(LOOKS_IN_THE_REST);
            return part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
        }

        private RedisCredentials credentials(AccessToken token) {
            return RedisCredentials.just(signIn.userOf(token), token.value());
        }
    }
}
