// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.r2dbc.OptionsCapableConnectionFactory;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import reactor.core.publisher.Mono;

/** With the real driver; the end-to-end step of databases opens connections of a real PostgreSQL. */
class TokenR2dbcTest {
    private static final Option<Object> PASSWORD = Option.valueOf("password");

    private final FakeSource source = FakeSource.withToken();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TokenProviderAutoConfiguration.class,
                    TokenProviderR2dbcAutoConfiguration.class,
                    R2dbcAutoConfiguration.class))
            .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
            .withPropertyValues("token-provider.datasource.enabled=true", "spring.r2dbc.username=orders-api");

    @Test
    void connection_withoutAPassword_signsInWithATokenOfThatMomentOverTls() {
        runner.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://h.postgres.database.azure.com/orders")
                .run(context -> {
                    ConnectionFactoryOptions options = options(context);
                    Publisher<?> tokens = (Publisher<?>) options.getRequiredValue(PASSWORD);

                    assertThat(Mono.from(tokens).block()).asString().startsWith(FakeSource.TOKEN);
                    assertThat(options.getValue(Option.valueOf("sslMode"))).isEqualTo("verify-full");
                    assertThat(options).asString().doesNotContain("eyJ");
                    assertThat(source.lastResource).isEqualTo("https://ossrdbms-aad.database.windows.net");
                });
    }

    @Test
    void connection_withAPassword_keepsIt() {
        runner.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://h/orders", "spring.r2dbc.password=hunter2")
                .run(context -> assertThat(options(context).getValue(PASSWORD))
                        .asString()
                        .isEqualTo("hunter2"));
    }

    @Test
    void connection_thatMightNotUseTls_failsTheStart() {
        runner.withPropertyValues("spring.r2dbc.url=r2dbc:postgresql://h/orders?sslMode=prefer")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(TokenProviderSettingException.class)
                        .hasMessageContaining("sslMode=prefer"));
    }

    private static ConnectionFactoryOptions options(ApplicationContext context) {
        return OptionsCapableConnectionFactory.unwrapFrom(context.getBean(ConnectionFactory.class))
                .getOptions();
    }
}
