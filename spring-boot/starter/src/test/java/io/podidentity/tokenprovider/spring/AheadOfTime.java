// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import com.zaxxer.hikari.HikariDataSource;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSources;
import java.util.List;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.ProducerFactory;

/** A Boot application that uses all of the starter, for {@link AheadOfTimeTest}. Prints what it got. */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    DataRedisAutoConfiguration.class,
    DataSourceAutoConfiguration.class,
    KafkaAutoConfiguration.class,
    RestClientAutoConfiguration.class,
    SslAutoConfiguration.class,
    TokenProviderAutoConfiguration.class,
    TokenProviderDataSourceAutoConfiguration.class,
    TokenProviderHttpAutoConfiguration.class,
    TokenProviderKafkaAutoConfiguration.class,
    TokenProviderRedisAutoConfiguration.class
})
@SuppressWarnings("SystemOut")
public class AheadOfTime {

    @Bean
    TokenProviderCustomizer fakeTokens() {
        TokenSource blueprint = TokenSources.agentBlueprint("contoso.com", "blueprint", () -> "assertion");
        return builder -> builder.sources(List.of(FakeSource.withToken(), blueprint));
    }

    public static void main(String[] args) {
        var application = new SpringApplicationBuilder(AheadOfTime.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run(args);
        try (application) {
            System.out.println("made ahead of time: " + AotDetector.useGeneratedArtifacts());
            System.out.println("source: "
                    + application
                            .getBean(AzureServiceTokenProvider.class)
                            .getAuthenticationResult("https://storage.azure.com/")
                            .source());
            System.out.println("qualified: "
                    + BeanFactoryAnnotationUtils.qualifiedBeanOfType(
                            application.getBeanFactory(), TokenCredential.class, "orders"));
            System.out.println("agent: "
                    + BeanFactoryAnnotationUtils.qualifiedBeanOfType(
                            application.getBeanFactory(), AzureServiceTokenProvider.class, "assistant"));
            System.out.println(
                    "pool: " + application.getBean(HikariDataSource.class).getCredentialsProvider());
            System.out.println("redis: "
                    + application
                            .getBean(TokenProviderRedisAutoConfiguration.RedisSignIn.class)
                            .resource());
            System.out.println("kafka: "
                    + application
                            .getBean(ProducerFactory.class)
                            .getConfigurationProperties()
                            .get("sasl.login.callback.handler.class"));
            System.out.println("bearer: "
                    + application
                            .getBean(BearerTokenInterceptor.class)
                            .getClass()
                            .getSimpleName());
        }
    }
}
