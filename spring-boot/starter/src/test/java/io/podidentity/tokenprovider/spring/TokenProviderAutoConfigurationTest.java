// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import io.podidentity.tokenprovider.jfr.JfrTokenListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class TokenProviderAutoConfigurationTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class));

    @Test
    void context_withNothingSet_hasProviderCredentialHealthAndMetrics() {
        runner.run(context -> assertThat(context)
                .hasSingleBean(AzureServiceTokenProvider.class)
                .hasSingleBean(TokenMeters.class)
                .hasBean("tokenProviderHealthIndicator")
                .getBean(TokenCredential.class)
                .isInstanceOf(TokenProviderCredential.class));
    }

    @Test
    void context_withoutNamedResources_asksForNoToken() {
        FakeSource source = FakeSource.withToken();
        withSource(source).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(source.calls).hasValue(0);
        });
    }

    @Test
    void context_withNamedResources_getsTheirTokensAndTellsHealthAndMetrics() {
        Heard heard = new Heard();
        withSource(FakeSource.withToken())
                .withBean("heard", TokenListener.class, () -> heard)
                .withPropertyValues("token-provider.resources=https://vault.azure.net")
                .run(context -> {
                    heard.await(TokenListener.Kind.ACQUIRED);
                    HealthIndicator health = context.getBean("tokenProviderHealthIndicator", HealthIndicator.class);
                    assertThat(health.health()).asString().contains("UP", "https://vault.azure.net", "VALID");
                });
    }

    /** As of a scoped bean, whose proxy is the candidate. */
    @Test
    void customizer_thatIsNoCandidate_isNotApplied() {
        var applied = new AtomicInteger();
        runner.withBean("proxy", TokenProviderCustomizer.class, () -> builder -> applied.incrementAndGet())
                .withBean(
                        "scopedTarget.proxy",
                        TokenProviderCustomizer.class,
                        () -> builder -> applied.incrementAndGet(),
                        definition -> definition.setAutowireCandidate(false))
                .run(context -> {
                    context.getBean(AzureServiceTokenProvider.class);
                    assertThat(applied).hasValue(1);
                });
    }

    @Test
    void context_withAnApplicationsOwnBeans_hasItsOwnBeside() {
        AzureServiceTokenProvider own = new AzureServiceTokenProvider();
        TokenCredential credential = new TokenProviderCredential(own);
        runner.withBean("mine", AzureServiceTokenProvider.class, () -> own)
                .withBean(TokenCredential.class, () -> credential)
                .run(context -> {
                    assertThat(context.getBean(AzureServiceTokenProvider.class)).isSameAs(own);
                    assertThat(context.getBean("azureServiceTokenProvider")).isNotSameAs(own);
                    assertThat(context).getBean(TokenCredential.class).isSameAs(credential);
                });
    }

    @Test
    void context_withoutOptionalLibraries_hasTheProviderAlone() {
        runner.withClassLoader(new FilteredClassLoader(
                        TokenCredential.class, HealthIndicator.class, Endpoint.class, MeterBinder.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(AzureServiceTokenProvider.class)
                        .doesNotHaveBean("tokenCredential")
                        .doesNotHaveBean("tokenProviderHealthIndicator")
                        .doesNotHaveBean("tokenProviderEndpoint")
                        .doesNotHaveBean("tokenMeters"));
    }

    @Test
    void context_whenHealthIsSwitchedOff_hasNoIndicator() {
        runner.withPropertyValues("management.health.token-provider.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("tokenProviderHealthIndicator"));
    }

    @Test
    void endpoint_unlessExposed_isAbsent() {
        runner.run(context -> assertThat(context).doesNotHaveBean(TokenProviderEndpoint.class));
        runner.withPropertyValues("management.endpoints.web.exposure.include=tokenprovider")
                .run(context -> assertThat(context).hasSingleBean(TokenProviderEndpoint.class));
    }

    @Test
    void credential_whenAsked_answersWithTheProvidersToken() {
        withSource(FakeSource.withToken()).run(context -> {
            TokenRequestContext request = new TokenRequestContext().addScopes("https://storage.azure.com/.default");
            assertThat(context.getBean(TokenCredential.class)
                            .getTokenSync(request)
                            .getToken())
                    .isEqualTo(FakeSource.TOKEN);
        });
    }

    @Test
    void credential_ofTheAzureSdk_sharesTheTokenOfStorageHoweverItIsNamed() {
        FakeSource source = FakeSource.withToken();
        Heard heard = new Heard();
        withSource(source)
                .withBean("heard", TokenListener.class, () -> heard)
                .withPropertyValues("token-provider.resources=https://storage.azure.com/")
                .run(context -> {
                    heard.await(TokenListener.Kind.ACQUIRED);
                    context.getBean(TokenCredential.class)
                            .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));
                    assertThat(source.calls).hasValue(1);
                });
    }

    @Test
    void provider_namedAsTheDefault_isThatOfWhoeverNamesNone() {
        runner.withPropertyValues(
                        "token-provider.identities.ours.connection-string=RunAs=Developer;DeveloperTool=AzureCli",
                        "token-provider.identity=ours")
                .run(context -> assertThat(context.getBean(AzureServiceTokenProvider.class))
                        .hasToString("AzureServiceTokenProvider[Azure CLI]")
                        .isSameAs(context.getBean("tokenProvider-ours")));
    }

    /** An injection without a qualifier passes over it, and a look-up has to as well. */
    @Test
    void provider_lookedUpByTypeBesideOneMoreIdentity_isThatOfTheDefault() {
        runner.withPropertyValues(
                        "token-provider.identities.ours.connection-string=RunAs=Developer;DeveloperTool=AzureCli")
                .run(context -> {
                    assertThat(context.getBean(AzureServiceTokenProvider.class))
                            .isSameAs(context.getBean("azureServiceTokenProvider"));
                    assertThat(context.getBean(TokenCredential.class)).isSameAs(context.getBean("tokenCredential"));
                });
    }

    @Test
    void properties_whenBound_keepTheNamesOfVariables() {
        runner.withPropertyValues(
                        "token-provider.deadline=7s",
                        "token-provider.connection-string=RunAs=App;AppId=a",
                        "token-provider.environment.AZURE_CLIENT_ID=1111",
                        "token-provider.environment.AzureServicesAuthConnectionString=RunAs=App",
                        "token-provider.resources[0]=https://vault.azure.net")
                .run(context -> {
                    TokenProviderProperties properties = context.getBean(TokenProviderProperties.class);
                    assertThat(properties.deadline()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(properties.connectionString()).isEqualTo("RunAs=App;AppId=a");
                    assertThat(properties.environment())
                            .isEqualTo(Map.of(
                                    "AZURE_CLIENT_ID", "1111", "AzureServicesAuthConnectionString", "RunAs=App"));
                    assertThat(properties.resources()).containsExactly("https://vault.azure.net");
                });
    }

    @Test
    void environmentOver_withAVariableOfTheProcess_replacesItAndKeepsTheOthers() {
        runner.withPropertyValues(
                        "token-provider.environment.AZURE_CLIENT_ID=new", "token-provider.environment.EXTRA=1")
                .run(context -> assertThat(context.getBean(TokenProviderProperties.class)
                                .environmentOver(Map.of("AZURE_CLIENT_ID", "old", "PATH", "/bin")))
                        .containsExactlyInAnyOrderEntriesOf(
                                Map.of("AZURE_CLIENT_ID", "new", "EXTRA", "1", "PATH", "/bin")));
    }

    @Test
    void connectionDetails_takeThePlaceOfAllVariables() {
        Map<String, String> variables =
                Map.of("AzureServicesAuthConnectionString", "RunAs=Developer; DeveloperTool=AzureCli");
        runner.withPropertyValues("token-provider.environment.AzureServicesAuthConnectionString=RunAs=App")
                .withBean(TokenProviderConnectionDetails.class, () -> () -> variables)
                .run(context -> assertThat(context.getBean(AzureServiceTokenProvider.class))
                        .hasToString("AzureServiceTokenProvider[Azure CLI]"));
    }

    @Test
    void toString_ofProperties_showsNoValueOfAVariable() {
        String secret = "RunAs=App;AppId=a;TenantId=t;AppKey=s3cret";
        runner.withPropertyValues(
                        "token-provider.connection-string=" + secret,
                        "token-provider.identities.other.connection-string=" + secret,
                        "token-provider.environment.AZURE_CLIENT_SECRET=s3cret")
                .run(context -> assertThat(context.getBean(TokenProviderProperties.class))
                        .asString()
                        .contains("AZURE_CLIENT_SECRET")
                        .doesNotContain("s3cret"));
    }

    @Test
    void listeners_ofTheApplication_areToldBesideTheFlightRecorders() {
        List<TokenListener.Event> first = new CopyOnWriteArrayList<>();
        List<TokenListener.Event> second = new CopyOnWriteArrayList<>();
        runner.withBean("first", TokenListener.class, () -> first::add)
                .withBean("second", TokenListener.class, () -> second::add)
                .withPropertyValues(
                        "token-provider.connection-string=RunAs=App;AppId=a",
                        "token-provider.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:1",
                        "token-provider.deadline=1s")
                .run(context -> {
                    assertThat(context).hasSingleBean(JfrTokenListener.class);
                    assertThat(context.getBean(AzureServiceTokenProvider.class)
                                    .explain("r")
                                    .hasToken())
                            .isFalse();
                });

        assertThat(first).extracting(TokenListener.Event::kind).contains(TokenListener.Kind.WAITED);
        assertThat(second).extracting(TokenListener.Event::kind).contains(TokenListener.Kind.WAITED);
    }

    @Test
    void provider_withAConnectionString_signsInAsItSays() {
        runner.withPropertyValues("token-provider.connection-string=RunAs=Developer;DeveloperTool=AzureCli")
                .run(context -> assertThat(context.getBean(AzureServiceTokenProvider.class))
                        .hasToString("AzureServiceTokenProvider[Azure CLI]"));
    }

    @Test
    void provider_withAWrongConnectionString_failsTheStartAndShowsNoValue() {
        runner.withPropertyValues("token-provider.connection-string=RunAs=App;AppKey=s3cret")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("The connection string has AppKey but no AppId.")
                        .hasMessageNotContaining("s3cret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token-provider.deadline=0s | token-provider.deadline",
                "token-provider.deadline=25h | at most 1 day",
                "token-provider.resources=https://a, | token-provider.resources",
                "token-provider.identity=orders | token-provider.identity",
                "token-provider.identities.a.tenant-id=t | either a connection-string or a client-id",
                "token-provider.identities.default.client-id=c | This name is taken",
                "token-provider.datasource.identities.pool=a | token-provider.datasource.identities.pool",
                "token-provider.redis.identity=a | token-provider.redis.identity",
                "token-provider.kafka.identity=a | token-provider.kafka.identity"
            })
    void properties_withAnImpossibleValue_failTheStartAndNameTheProperty(String setting, String named) {
        runner.withPropertyValues(setting)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(named));
    }

    private ApplicationContextRunner withSource(FakeSource source) {
        return runner.withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)));
    }
}
