// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.junit.EmulatorExtension;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.LoginException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.authenticator.LoginManager;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerRefreshingLogin;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses the login of Kafka itself, as each of its clients does. */
@ExtendWith(EmulatorExtension.class)
class OauthBearerCallbackHandlerIT {
    private static final String MECHANISM = "OAUTHBEARER";
    private static final String NAMESPACE = "https://contoso.servicebus.windows.net";

    /** The class under test with a provider of this test; Kafka creates it by name. */
    public static final class InThisTest implements AuthenticateCallbackHandler {
        private static AzureServiceTokenProvider provider;

        private final OauthBearerCallbackHandler handler = new OauthBearerCallbackHandler(provider);

        @Override
        public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
            handler.configure(configs, mechanism, entries);
        }

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            handler.handle(callbacks);
        }

        @Override
        public void close() {
            handler.close();
        }
    }

    private AzureServiceTokenProvider provider;

    @BeforeEach
    void start(PodIdentityEmulator azure) {
        provider = AzureServiceTokenProvider.builder()
                .environment(azure.environment())
                .build();
        InThisTest.provider = provider;
    }

    @Test
    void login_toANamespace_hasATokenForIt(PodIdentityEmulator azure) throws Exception {
        OAuthBearerToken token = login("contoso.servicebus.windows.net:9093", "");

        AccessToken same = provider.getAuthenticationResult(NAMESPACE);
        assertThat(token.value()).isEqualTo(same.value());
        assertThat(token.lifetimeMs()).isEqualTo(same.expiresOn().toEpochMilli());
        assertThat(token.startTimeMs()).isNull();
        assertThat(token.scope()).isEmpty();
        assertThat(token.principalName()).isEqualTo(azure.identities().get(0).clientId());
        assertThat(token).asString().doesNotContain(same.value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resource='" + NAMESPACE + "'", "scope='" + NAMESPACE + "/.default'"})
    void login_withAnOption_hasATokenForThat(String option) throws Exception {
        assertThat(login("kafka.contoso.example:9093", option).value()).isEqualTo(provider.getAccessToken(NAMESPACE));
    }

    @Test
    void producer_logsInAsItStarts(PodIdentityEmulator azure) {
        Map<String, Object> configs = configs(InThisTest.class, "localhost:1", "resource='" + NAMESPACE + "'");
        new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer()).close(java.time.Duration.ZERO);

        assertThat(azure.requests())
                .extracting(request -> request.query())
                .anySatisfy(query -> assertThat(query).contains("contoso.servicebus.windows.net"));
    }

    @Test
    void relogin_withTheSameToken_keepsIt() throws Exception {
        var subject = new Subject();
        OAuthBearerLoginModule first = committed(subject);
        committed(subject);

        first.logout();

        assertThat(subject.getPrivateCredentials(OAuthBearerToken.class))
                .extracting(OAuthBearerToken::value)
                .containsExactly(provider.getAccessToken(NAMESPACE));
    }

    @Test
    void handle_againWhileTheTokenIsDue_hasTheNextOne() throws Exception {
        var issued = new AtomicInteger();
        TokenSource alwaysDue = request -> {
            Instant now = Instant.now();
            String value = "token-" + issued.incrementAndGet();
            return new TokenSource.Acquired(
                    AccessToken.bearer(value, request.resource(), now.plusSeconds(3600), now, "test"));
        };
        var handler = new OauthBearerCallbackHandler(
                AzureServiceTokenProvider.builder().sources(List.of(alwaysDue)).build());
        Map<String, Object> configs = configs(InThisTest.class, "contoso.servicebus.windows.net:9093", "");
        handler.configure(
                configs, MECHANISM, JaasContext.loadClientContext(configs).configurationEntries());
        var first = new OAuthBearerTokenCallback();
        var again = new OAuthBearerTokenCallback();

        handler.handle(new Callback[] {first});
        handler.handle(new Callback[] {again});

        assertThat(List.of(first.token().value(), again.token().value())).containsExactly("token-1", "token-2");
    }

    @Test
    void login_withoutAToken_failsWithTheReason() {
        TokenSource none = request -> new TokenSource.Unavailable("not here", "");
        InThisTest.provider =
                AzureServiceTokenProvider.builder().sources(List.of(none)).build();

        assertThatThrownBy(() -> login("contoso.servicebus.windows.net:9093", ""))
                .isInstanceOf(LoginException.class)
                .hasMessageStartingWith("No token for " + NAMESPACE + " (NO_SOURCE_AVAILABLE).")
                .hasMessageContaining("not here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka.contoso.example:9093",
                "contoso.servicebus.windows.net.example.com:9093",
                "contoso-servicebus.windows.net:9093"
            })
    void configure_withServersOfAnotherName_asksForTheResource(String servers) {
        assertThatThrownBy(() -> configure(configs(OauthBearerCallbackHandler.class, servers, "")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("The first of bootstrap.servers, \"" + servers
                        + "\", is not an Event Hubs namespace, so the resource of the token is not known."
                        + " Add resource=\"https://NAMESPACE.servicebus.windows.net\" to sasl.jaas.config.");
    }

    @Test
    void configure_withoutTls_isRefused() {
        Map<String, Object> configs =
                configs(OauthBearerCallbackHandler.class, "contoso.servicebus.windows.net:9093", "");
        configs.put("security.protocol", "SASL_PLAINTEXT");

        assertThatThrownBy(() -> configure(configs))
                .isInstanceOf(ConfigException.class)
                .hasMessage("An access token is never sent without TLS. Set security.protocol=SASL_SSL.");
    }

    @Test
    void handle_somethingElse_isUnsupported() {
        assertThatThrownBy(() -> new OauthBearerCallbackHandler().handle(new Callback[] {new NameCallback("name: ")}))
                .isInstanceOf(UnsupportedCallbackException.class);
    }

    private static OAuthBearerToken login(String servers, String option) throws Exception {
        Map<String, Object> configs = configs(InThisTest.class, servers, option);
        LoginManager manager = LoginManager.acquireLoginManager(
                JaasContext.loadClientContext(configs), MECHANISM, OAuthBearerRefreshingLogin.class, configs);
        try {
            return manager.subject()
                    .getPrivateCredentials(OAuthBearerToken.class)
                    .iterator()
                    .next();
        } finally {
            manager.release();
        }
    }

    private static OAuthBearerLoginModule committed(Subject subject) throws LoginException {
        var handler = new InThisTest();
        Map<String, Object> configs = configs(InThisTest.class, "contoso.servicebus.windows.net:9093", "");
        handler.configure(
                configs, MECHANISM, JaasContext.loadClientContext(configs).configurationEntries());
        var module = new OAuthBearerLoginModule();
        module.initialize(subject, handler, Map.of(), Map.of());
        module.login();
        module.commit();
        return module;
    }

    private static void configure(Map<String, Object> configs) {
        new OauthBearerCallbackHandler()
                .configure(
                        configs,
                        MECHANISM,
                        JaasContext.loadClientContext(configs).configurationEntries());
    }

    private static Map<String, Object> configs(Class<?> handler, String servers, String option) {
        Map<String, Object> configs = new HashMap<>();
        configs.put("bootstrap.servers", List.of(servers));
        configs.put("security.protocol", "SASL_SSL");
        configs.put("sasl.mechanism", MECHANISM);
        configs.put(
                "sasl.jaas.config",
                new Password(OAuthBearerLoginModule.class.getName() + " required " + option.replace('\'', '"') + ";"));
        configs.put("sasl.login.callback.handler.class", handler);
        ConfigDef known = new ConfigDef();
        SaslConfigs.addClientSaslSupport(known);
        configs.putAll(new AbstractConfig(known, configs, false).values());
        return configs;
    }
}
