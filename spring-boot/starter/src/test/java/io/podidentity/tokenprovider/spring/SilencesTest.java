// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.web.client.RestClient;

/** What would have no effect, and nobody would know, is one warning that says what to do. */
@ExtendWith(OutputCaptureExtension.class)
class SilencesTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RestClientAutoConfiguration.class,
                    TokenProviderAutoConfiguration.class,
                    TokenProviderHttpAutoConfiguration.class));
    private final ApplicationContextRunner bearer = runner.withPropertyValues(
            "token-provider.bearer[0].url=https://api.contoso.com", "token-provider.bearer[0].resource=api://orders");

    private CapturedOutput output;

    @BeforeEach
    void capture(CapturedOutput output) {
        this.output = output;
    }

    @Test
    void resource_withoutAToken_isWarnedOfOnceWithTheRemedy() {
        runner.withPropertyValues("token-provider.resources=https://vault.azure.net")
                .withBean(
                        TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(FakeSource.refused())))
                .run(context -> {
                    await().untilAsserted(() ->
                            assertThat(output).contains("The application needs a token for https://vault.azure.net"));
                    assertThat(output.getAll().split("needs a token for", -1)).hasSize(2);
                });
    }

    @Test
    void bearer_withoutAModuleForClients_refusesToStart() {
        bearer.withClassLoader(new FilteredClassLoader(RestClientCustomizer.class, WebClientCustomizer.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(TokenProviderSettingException.class, e -> {
                            assertThat(e).hasMessageContaining("token-provider.bearer");
                            assertThat(e.action()).contains("spring-boot-starter-restclient");
                        }));
    }

    /** Spring reflects on the methods of a bean, whatever libraries there are. */
    @Test
    void bearerTokens_withoutSpringWeb_canBeReflectedOn() {
        assertThat(Arrays.stream(BearerTokens.class.getDeclaredMethods())
                        .flatMap(method -> Arrays.stream(method.getParameterTypes()))
                        .map(Class::getName))
                .isNotEmpty()
                .noneMatch(name -> name.startsWith("org.springframework."));
    }

    @Test
    void bearer_thatNoClientUses_isWarnedOf() {
        bearer.run(context -> {
            ready(context);
            assertThat(output)
                    .contains("WARN", "token-provider.bearer is set and has no effect: no client was made by Boot's");
        });
    }

    @Test
    void bearer_thatAClientUses_isNot() {
        bearer.run(context -> {
            context.getBean(RestClient.Builder.class).build();
            ready(context);
            assertThat(output).doesNotContain("token-provider.bearer is set");
        });
    }

    @Test
    void bearer_whereBeansAreLazy_isNotWarnedOf() {
        bearer.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    ready(context);
                    assertThat(output).doesNotContain("has no effect");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token-provider.bearer.url=https://a.example| token-provider.bearer.url| token-provider.bearer[0].url",
                "token-provider.conection-string=x| token-provider.conection-string| token-provider.connection-string",
                "token-provider.resource[0]=x| token-provider.resource[0]| token-provider.resources",
                "token-provider.redis.enable=true| token-provider.redis.enable| token-provider.redis.enabled",
            })
    void setting_thatIsUnknown_failsTheStartAndNamesTheNearest(String given, String name, String nearest) {
        runner.withPropertyValues(given).run(context -> {
            FailureAnalysis analysis = new TokenProviderFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis.getDescription()).startsWith(name).endsWith("is set and is no setting of the starter.");
            assertThat(analysis.getAction()).startsWith("Did you mean " + nearest + "?");
        });
    }

    @Test
    void settings_thatAreToldAsNearest_areThoseThatAreBound() {
        for (String known : UnknownSettings.KNOWN) {
            String value = known.endsWith("enabled") ? "false" : "x";
            new ApplicationContextRunner()
                    .withPropertyValues(known.replace(".NAME", ".own").replace(".BEAN", ".own") + "=" + value)
                    .withInitializer(
                            context -> assertThat(unknownOf(context)).as(known).isFalse())
                    .run(context -> assertThat(context).hasNotFailed());
        }
    }

    /** Others complain of the value. */
    private static boolean unknownOf(ConfigurableApplicationContext context) {
        try {
            new UnknownSettings(context.getEnvironment()).check();
            return false;
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage()).contains("no setting of the starter");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TOKEN_PROVIDER_BEARER_URL, true",
        "TOKEN_PROVIDER_DEADLIN, true",
        "TOKEN_PROVIDER_BEARER_0_URL, false",
        "TOKEN_PROVIDER_CONNECTION_STRING, false",
        "TOKENPROVIDER_CONNECTIONSTRING, false",
        "TOKEN_PROVIDER_CLIENT_ASSERTION_LOGIN_SOURCE, false",
        "TOKEN_PROVIDER_SERVICE_HOST, false",
        "TOKEN_PROVIDER_PORT_80_TCP_ADDR, false",
    })
    void variable_thatIsUnknown_isWarnedOf(String variable, boolean isUnknown) {
        withVariable(variable).run(context -> {
            String said = "The variable " + variable + " has no effect";
            assertThat(output.getAll().contains(said)).isEqualTo(isUnknown);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token-provider.datasource.enabled=true| com.zaxxer.hikari,io.r2dbc| HikariCP",
                "token-provider.redis.enabled=true| org.springframework.boot.data.redis| spring-boot-starter-data-redis",
                "token-provider.kafka.enabled=true| org.springframework.boot.kafka| spring-boot-starter-kafka",
            })
    void feature_withoutItsLibrary_refusesToStart(String setting, String packages, String dependency) {
        runner.withPropertyValues(setting)
                .withClassLoader(new FilteredClassLoader(packages.split(",")))
                .run(context -> assertThat(new TokenProviderFailureAnalyzer()
                                .analyze(context.getStartupFailure())
                                .getAction())
                        .contains("Add ", dependency, "or remove the setting."));
    }

    @Test
    void datasource_ofAnotherPool_isWarnedOfWithThePool() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class, TokenProviderDataSourceAutoConfiguration.class))
                .withPropertyValues("token-provider.datasource.enabled=true")
                .withBean("orders", DataSource.class, DriverManagerDataSource::new)
                .run(context -> {
                    ready(context);
                    assertThat(output)
                            .contains(
                                    "token-provider.datasource.enabled is set and has no effect: orders is a",
                                    "DriverManagerDataSource, and HikariCP's pools alone take tokens.");
                });
    }

    @Test
    void redis_withAFactoryOfTheApplication_isWarnedOf() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class,
                        TokenProviderRedisAutoConfiguration.class,
                        DataRedisAutoConfiguration.class))
                .withPropertyValues("token-provider.redis.enabled=true", "spring.data.redis.ssl.enabled=true")
                .withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new)
                .run(context -> {
                    ready(context);
                    assertThat(output).contains("token-provider.redis.enabled is set and has no effect");
                });
    }

    @Test
    void kafka_withASignInOfItsOwn_isWarnedOf() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TokenProviderAutoConfiguration.class,
                        TokenProviderKafkaAutoConfiguration.class,
                        KafkaAutoConfiguration.class))
                .withPropertyValues(
                        "token-provider.kafka.enabled=true", "spring.kafka.properties[sasl.jaas.config]=mine")
                .run(context -> {
                    ready(context);
                    assertThat(output)
                            .contains(
                                    "token-provider.kafka.enabled is set and has no effect: spring.kafka.properties has");
                });
    }

    @Test
    void deadline_withoutAUnit_isInSeconds() {
        runner.withPropertyValues("token-provider.deadline=10")
                .run(context -> assertThat(
                                context.getBean(TokenProviderProperties.class).deadline())
                        .isEqualTo(Duration.ofSeconds(10)));
    }

    @Test
    void provider_ofTheApplication_isWarnedOf() {
        runner.withBean("mine", AzureServiceTokenProvider.class, AzureServiceTokenProvider::new)
                .run(context -> assertThat(output)
                        .contains(
                                "The bean mine is a token provider of the application's own",
                                "TokenProviderCustomizer"));
    }

    @Test
    void provider_ofTheStarter_isNot() {
        runner.run(context -> assertThat(output).doesNotContain("WARN"));
    }

    @Test
    void credentialOfSpringCloudAzure_isWarnedOf() {
        runner.withPropertyValues("spring.cloud.azure.credential.client-id=11111111")
                .run(context -> assertThat(output).contains("spring.cloud.azure.credential.* is set"));
    }

    @Test
    void variable_thatBindsToNothing_isWarnedOf() {
        withVariable("TOKEN_PROVIDER_ENVIRONMENT_AZURE_CLIENT_ID")
                .run(context -> assertThat(output)
                        .contains("TOKEN_PROVIDER_ENVIRONMENT_AZURE_CLIENT_ID has no effect", "Set AZURE_CLIENT_ID"));
    }

    @Test
    void boot3_ofTheApplication_isRefusedWithTheRemedy() {
        assertThatExceptionOfType(TokenProviderSettingException.class)
                .isThrownBy(() -> TokenIdentities.Registrar.requireBoot4("3.5.7"))
                .withMessage("token-provider-spring-boot-starter needs Spring Boot 4, and the application has 3.5.7.")
                .satisfies(e -> assertThat(e.action()).startsWith("Use Spring Boot 4, or the library"));
    }

    private ApplicationContextRunner withVariable(String name) {
        return runner.withInitializer(context -> context.getEnvironment()
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                Map.of(name, "managed-identity"))));
    }

    private static void ready(ConfigurableApplicationContext context) {
        context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
    }
}
