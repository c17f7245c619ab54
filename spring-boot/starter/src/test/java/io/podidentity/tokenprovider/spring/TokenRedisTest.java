// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions.ReauthenticateBehavior;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** What becomes of Boot's Redis clients. */
class TokenRedisTest {
    private final FakeSource source = FakeSource.withToken();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TokenProviderAutoConfiguration.class,
                    TokenProviderRedisAutoConfiguration.class,
                    DataRedisAutoConfiguration.class))
            .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
            .withPropertyValues("token-provider.redis.enabled=true", "spring.data.redis.ssl.enabled=true");

    @Test
    void lettuce_signsInAsTheIdentityAndAgainWithEachToken() {
        runner.run(context -> {
            var configuration = context.getBean(LettuceConnectionFactory.class).getClientConfiguration();
            RedisCredentialsProvider provider = configuration
                    .getRedisCredentialsProviderFactory()
                    .orElseThrow()
                    .createCredentialsProvider(null);
            RedisCredentials credentials = provider.resolveCredentials().block();

            assertThat(credentials.getUsername()).isEqualTo("object-id");
            assertThat(credentials.getPassword()).startsWith(FakeSource.TOKEN.toCharArray());
            assertThat(provider.supportsStreaming()).isTrue();
            assertThat(configuration.getClientOptions().orElseThrow().getReauthenticateBehaviour())
                    .isEqualTo(ReauthenticateBehavior.ON_NEW_CREDENTIALS);
            assertThat(provider).asString().doesNotContain("eyJ");
        });
    }

    @Test
    void lettuce_withAUserInTheSettings_signsInAsThat() {
        runner.withPropertyValues("spring.data.redis.username=orders").run(context -> {
            assertThat(context.getBean(TokenProviderRedisAutoConfiguration.RedisSignIn.class)
                            .user())
                    .isEqualTo("orders");
        });
    }

    @Test
    void client_withAnIdentityInTheSettings_signsInAsThat() {
        runner.withPropertyValues(
                        "token-provider.identities.cache.client-id=11111111-1111-1111-1111-111111111111",
                        "token-provider.redis.identity=cache")
                .run(context -> assertThat(context.getBean(TokenProviderRedisAutoConfiguration.RedisSignIn.class)
                                .provider())
                        .isSameAs(context.getBean("tokenProvider-cache")));
    }

    @Test
    void jedis_asksForATokenForEachConnection() {
        runner.withClassLoader(new FilteredClassLoader("io.lettuce"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(JedisConnectionFactory.class)
                        .hasBean("redisTokensForJedis"));
    }

    @Test
    void start_withoutTls_failsWithTheSettingToAdd() {
        runner.withPropertyValues("spring.data.redis.ssl.enabled=false")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                TokenProviderSettingException.class,
                                e -> assertThat(e.action()).contains("spring.data.redis.ssl.enabled=true")));
    }

    @Test
    void context_notEnabled_changesNothing() {
        runner.withPropertyValues("token-provider.redis.enabled=false")
                .run(context ->
                        assertThat(context).doesNotHaveBean(TokenProviderRedisAutoConfiguration.RedisSignIn.class));
    }
}
