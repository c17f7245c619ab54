// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSources;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The settings of agent identities and of their blueprint: which beans they make, and which values fail the start. */
class AgentSettingsTest {
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String AGENT = "a6000000-0000-4000-8000-000000000001";
    private static final String STORAGE = "https://storage.azure.com";
    private static final String OF_AGENTS = "AzureServiceTokenProvider[Agent identity]";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class));

    private final ApplicationContextRunner withAgent =
            runner.withPropertyValues("token-provider.agents.reader.client-id=" + AGENT);

    @Test
    void agents_ofABlueprint_areBeansBesideTheDefaultIdentity() {
        withAgent
                .withPropertyValues(
                        "token-provider.agent-blueprint.client-id=" + BLUEPRINT,
                        "token-provider.agent-blueprint.tenant-id=contoso.com")
                .run(context -> {
                    assertThat(qualified(context.getBeanFactory(), AzureServiceTokenProvider.class, "reader"))
                            .hasToString(OF_AGENTS);
                    assertThat(qualified(context.getBeanFactory(), TokenCredential.class, "reader"))
                            .isNotSameAs(context.getBean(TokenCredential.class));
                    assertThat(qualified(context.getBeanFactory(), AzureServiceTokenProvider.class, "agent-blueprint"))
                            .hasToString(OF_AGENTS);
                    assertThat(context.getBean(AzureServiceTokenProvider.class))
                            .asString()
                            .contains("IMDS");
                });
    }

    private static <T> T qualified(BeanFactory beans, Class<T> type, String qualifier) {
        return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, type, qualifier);
    }

    @Test
    void blueprint_ofTheConnectionStringOrOfASource_signsInForTheAgents() {
        withAgent
                .withPropertyValues(
                        "token-provider.connection-string=RunAs=Agent;TenantId=contoso.com;AppId=" + BLUEPRINT)
                .run(context -> assertThat(context.getBean("tokenProvider-reader"))
                        .hasToString(OF_AGENTS)
                        .isNotSameAs(context.getBean(AzureServiceTokenProvider.class)));
        withAgent
                .withBean(
                        TokenProviderCustomizer.class,
                        () -> builder -> builder.sources(
                                List.of(TokenSources.agentBlueprint("contoso.com", BLUEPRINT, () -> "assertion"))))
                .run(context ->
                        assertThat(context.getBean("tokenProvider-reader")).hasToString(OF_AGENTS));
    }

    @Test
    void blueprint_withoutATenant_isInThatOfTheVariable() {
        ApplicationContextRunner withBlueprint =
                withAgent.withPropertyValues("token-provider.agent-blueprint.client-id=" + BLUEPRINT);

        withBlueprint
                .withPropertyValues("token-provider.environment.AZURE_TENANT_ID=contoso.com")
                .run(context ->
                        assertThat(context.getBean("tokenProvider-reader")).hasToString(OF_AGENTS));
        withBlueprint
                .withPropertyValues("token-provider.environment.AZURE_TENANT_ID=")
                .run(context -> assertThat(analyze(context.getStartupFailure()).getDescription())
                        .startsWith("token-provider.agent-blueprint.tenant-id is missing."));
    }

    /** As for any connection string: sources of a customizer replace the chain in which it would be. */
    @Test
    void blueprint_besideTheSourcesOfACustomizer_failsTheStartAndNamesTheSetting() {
        withAgent
                .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(new FakeSource())))
                .withPropertyValues(
                        "token-provider.agent-blueprint.client-id=" + BLUEPRINT,
                        "token-provider.agent-blueprint.tenant-id=contoso.com")
                .run(context -> assertThat(analyze(context.getStartupFailure()).getDescription())
                        .isEqualTo(
                                "The token provider cannot use token-provider.agent-blueprint: a connection string is"
                                        + " for the default chain; sources replace it"));
    }

    /** As a manifest of Kubernetes sets them. */
    @Test
    void agents_ofVariablesAlone_areBeans() {
        Map<String, Object> variables = Map.of(
                "TOKENPROVIDER_AGENTS_READER_CLIENTID", AGENT,
                "TOKENPROVIDER_AGENTBLUEPRINT_CLIENTID", BLUEPRINT,
                "TOKENPROVIDER_AGENTBLUEPRINT_TENANTID", "contoso.com");
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(name, new SystemEnvironmentPropertySource(name, variables)))
                .run(context ->
                        assertThat(context.getBean("tokenProvider-reader")).hasToString(OF_AGENTS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token-provider.deadline=5s", "token-provider.connection-string=RunAs=App;AppId=a"})
    void agents_withoutABlueprint_failTheStartAlsoWhereBeansAreLazy(String setting) {
        for (ApplicationContextRunner start :
                List.of(withAgent, withAgent.withBean(LazyInitializationBeanFactoryPostProcessor.class))) {
            start.withPropertyValues(setting).run(context -> {
                FailureAnalysis analysis = analyze(context.getStartupFailure());
                assertThat(analysis.getDescription())
                        .isEqualTo(
                                "token-provider.agents is set, and the application does not sign in as a blueprint.");
                assertThat(analysis.getAction()).contains("token-provider.agent-blueprint.client-id");
            });
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agents.reader.user-object-id=u | agents.reader | It needs a client-id",
                "agents.reader.client-id= | agents.reader | It needs a client-id",
                "agents.a.client-id=c,agents.a.user-object-id=u,agents.a.user-principal-name=u@x | agents.a"
                        + " | either a user-principal-name or a user-object-id",
                "agents.a.client-id=c,agents.b.client-id=C | agents.b | token-provider.agents.a is the same",
                "agents.a.client-id=c,identities.a.client-id=d | agents.a | token-provider.identities has this name",
                "agents.default.client-id=c | agents.default | This name is taken",
                "identities.agent-blueprint.client-id=c | identities.agent-blueprint | This name is taken",
                "agent-blueprint.tenant-id=t | agent-blueprint.client-id | the client ID of the blueprint",
                "agent-blueprint.client-id=c;AppKey=s | agent-blueprint.client-id | letters, digits, dots",
                "agents.a.client-id=c,redis.identity=b | redis.identity"
                        + " | token-provider.identities has none, and token-provider.agents only [a]",
            })
    void settings_thatAreImpossible_failTheStartAndNameTheSetting(String settings, String named, String why) {
        String[] values = settings.split(",", -1);
        for (int i = 0; i < values.length; i++) {
            values[i] = "token-provider." + values[i];
        }
        runner.withPropertyValues(values)
                .run(context -> assertThat(analyze(context.getStartupFailure()).getDescription())
                        .startsWith("token-provider." + named + " is ")
                        .contains(why));
    }

    /** The token that the settings name is the agent's: without it the application is down. */
    @Test
    void health_ofAnAgentWithoutAToken_tellsOfItByItsName() {
        TokenSource source = TokenSources.agentBlueprint("contoso.com", BLUEPRINT, AgentSettingsTest::failToProve);
        withAgent
                .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
                .withBean(Heard.class)
                .withPropertyValues("token-provider.identity=reader", "token-provider.resources=" + STORAGE)
                .run(context -> {
                    context.getBean(Heard.class).await(TokenListener.Kind.FAILED);
                    Health health =
                            context.getBean(TokenProviderHealthIndicator.class).health();

                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails().get("tokens"))
                            .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
                            .singleElement(InstanceOfAssertFactories.map(String.class, Object.class))
                            .containsEntry("identity", "reader")
                            .containsEntry("request", "agent identity " + AGENT)
                            .containsEntry("resource", STORAGE)
                            .hasEntrySatisfying(
                                    "attempts",
                                    attempts -> assertThat(attempts)
                                            .asString()
                                            .contains("the blueprint's token for agent identity " + AGENT));
                });
    }

    private static String failToProve() {
        throw new IllegalStateException("no proof here");
    }

    @Test
    void tokens_ofTwoAgentsOfOneProvider_areTwoForHealthAndMetrics() {
        TokenRequest request = TokenRequest.forResource(STORAGE);

        WatchedToken reader = WatchedToken.of("x", request.withAgent(AgentIdentity.ofClientId(AGENT)));
        WatchedToken other = WatchedToken.of("x", request.withAgent(AgentIdentity.ofClientId(BLUEPRINT)));

        assertThat(reader).isNotEqualTo(other);
        assertThat(reader.details()).isEqualTo("agent identity " + AGENT);
    }

    private static FailureAnalysis analyze(Throwable failure) {
        assertThat(failure).isNotNull();
        return new TokenProviderFailureAnalyzer().analyze(failure);
    }
}
