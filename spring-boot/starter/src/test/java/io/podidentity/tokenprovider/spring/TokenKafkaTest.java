// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.spring.TokenProviderKafkaAutoConfiguration.KafkaTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** What becomes of Boot's Kafka clients; that a broker accepts the tokens is for the end-to-end step of Kafka. */
class TokenKafkaTest {
    private final FakeSource source = FakeSource.withToken();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TokenProviderAutoConfiguration.class,
                    TokenProviderKafkaAutoConfiguration.class,
                    KafkaAutoConfiguration.class))
            .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
            .withPropertyValues(
                    "token-provider.kafka.enabled=true",
                    "spring.kafka.bootstrap-servers=contoso.servicebus.windows.net:9093");

    @Test
    void clients_allOfThem_signInWithTheApplicationsToken() {
        runner.run(context -> {
            assertThat(List.of(
                            context.getBean(ProducerFactory.class).getConfigurationProperties(),
                            context.getBean(ConsumerFactory.class).getConfigurationProperties(),
                            context.getBean(KafkaAdmin.class).getConfigurationProperties()))
                    .allSatisfy(client -> {
                        Map<String, Object> settings = settings(client);
                        assertThat(settings)
                                .containsEntry("security.protocol", "SASL_SSL")
                                .containsEntry("sasl.mechanism", "OAUTHBEARER")
                                .containsEntry("sasl.login.callback.handler.class", KafkaTokens.class.getName());
                        assertThat(token(settings).value()).startsWith(FakeSource.TOKEN);
                    });
            assertThat(source.lastResource).isEqualTo("https://contoso.servicebus.windows.net");
        });
    }

    @Test
    void clients_withAResourceInTheSettings_useItForServersOfAnyName() {
        runner.withPropertyValues(
                        "spring.kafka.bootstrap-servers=kafka.contoso.com:9093",
                        "token-provider.kafka.resource=api://kafka")
                .run(context -> {
                    token(settings(context.getBean(ProducerFactory.class).getConfigurationProperties()));
                    assertThat(source.lastResource).isEqualTo("api://kafka");
                });
    }

    @Test
    void clients_withAnIdentityInTheSettings_signInAsThat() {
        runner.withPropertyValues(
                        "token-provider.identities.events.client-id=11111111-1111-1111-1111-111111111111",
                        "token-provider.kafka.identity=events")
                .run(context -> {
                    token(settings(context.getBean(ProducerFactory.class).getConfigurationProperties()));
                    assertThat(context.getBean(TokenWatch.class).seen())
                            .extracting(token -> token.token().identity())
                            .containsExactly("events");
                });
    }

    @Test
    void applications_inOneJvm_shareNoLogin() {
        List<Object> logins = new ArrayList<>();
        runner.run(context -> logins.add(jaas(context)));
        runner.run(context -> logins.add(jaas(context)));

        assertThat(logins).doesNotHaveDuplicates();
    }

    @Test
    void clients_withASignInOfTheirOwn_keepIt() {
        runner.withPropertyValues("spring.kafka.properties[sasl.jaas.config]=mine")
                .run(context -> assertThat(jaas(context)).isEqualTo("mine"));
    }

    @Test
    void start_withServersOfAnotherName_failsWithTheSettingToAdd() {
        failure("spring.kafka.bootstrap-servers=kafka.contoso.com:9093", e -> {
            assertThat(e)
                    .hasMessage("spring.kafka.bootstrap-servers=kafka.contoso.com:9093 is no Event Hubs namespace,"
                            + " so the resource of the tokens is not known.");
            assertThat(e.action()).contains("token-provider.kafka.resource");
        });
    }

    @Test
    void start_withoutTls_failsWithTheSettingToChange() {
        for (String setting : List.of("spring.kafka.security.protocol", "spring.kafka.properties[security.protocol]")) {
            failure(setting + "=SASL_PLAINTEXT", e -> assertThat(e.action()).contains("SASL_SSL"));
        }
    }

    @Test
    void context_notEnabled_changesNothing() {
        runner.withPropertyValues("token-provider.kafka.enabled=false")
                .run(context -> assertThat(jaas(context)).isNull());
    }

    private void failure(String setting, Consumer<TokenProviderSettingException> check) {
        runner.withPropertyValues(setting)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(TokenProviderSettingException.class, check));
    }

    private static Object jaas(AssertableApplicationContext context) {
        return context.getBean(ProducerFactory.class)
                .getConfigurationProperties()
                .get("sasl.jaas.config");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> settings(Map<?, ?> client) {
        return (Map<String, Object>) client;
    }

    /** As Kafka's login asks for it. */
    private static OAuthBearerToken token(Map<String, Object> client) throws Exception {
        Map<String, Object> settings = new java.util.HashMap<>(client);
        settings.put(
                "sasl.jaas.config",
                new org.apache.kafka.common.config.types.Password(
                        client.get("sasl.jaas.config").toString()));
        var handler = new KafkaTokens();
        handler.configure(
                settings, "OAUTHBEARER", JaasContext.loadClientContext(settings).configurationEntries());
        var callback = new OAuthBearerTokenCallback();
        handler.handle(new OAuthBearerTokenCallback[] {callback});
        return callback.token();
    }
}
