package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
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
            assertThat(output).contains("WARN", "token-provider.bearer is set", "https://api.contoso.com");
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
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                new SystemEnvironmentPropertySource(
                                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                        Map.of("TOKEN_PROVIDER_ENVIRONMENT_AZURE_CLIENT_ID", "11111111"))))
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

    private static void ready(ConfigurableApplicationContext context) {
        context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0], context, Duration.ZERO));
    }
}
