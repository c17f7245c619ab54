// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.util.Locale;
import java.util.Set;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import reactor.core.publisher.Mono;

/**
 * Lets R2DBC connections to PostgreSQL sign in with tokens, where {@code token-provider.datasource.enabled} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(ConnectionFactoryOptionsBuilderCustomizer.class)
@ConditionalOnProperty("token-provider.datasource.enabled")
public final class TokenProviderR2dbcAutoConfiguration {

    /** After the application's own, which may set a password. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ConnectionFactoryOptionsBuilderCustomizer tokenConnectionFactoryCustomizer(
            TokenIdentities identities, TokenKeeper keeper, SettingsCheck check, TokenProviderProperties properties) {
        return new TokenSignIn(identities, keeper, check, properties.datasource());
    }

    /** Puts tokens in the place of a password, one for each new connection. */
    record TokenSignIn(
            TokenIdentities identities,
            TokenKeeper keeper,
            SettingsCheck check,
            TokenProviderProperties.DataSource settings)
            implements ConnectionFactoryOptionsBuilderCustomizer {
        private static final Logger LOG = LoggerFactory.getLogger(TokenSignIn.class);

        private static final String RESOURCE = "https://ossrdbms-aad.database.windows.net";
        private static final Set<String> POSTGRESQL = Set.of("postgresql", "postgres");

        /** The driver also takes a Publisher of passwords, which it asks for each new connection. */
        private static final Option<Object> PASSWORD = Option.valueOf("password");

        private static final Option<Object> TLS = Option.valueOf("sslMode");
        private static final String SAFEST = "verify-full";
        private static final Set<String> SAFE = Set.of(SAFEST, "verify_full", "verify-ca", "verify_ca", "require");

        @Override
        public void customize(ConnectionFactoryOptions.Builder builder) {
            ConnectionFactoryOptions options = builder.build();
            if (!isOfPostgreSql(options)) {
                check.passOver(
                        Feature.DATASOURCE, "R2DBC's driver is not that of PostgreSQL, which alone takes tokens");
            } else if (options.hasOption(PASSWORD)) {
                check.passOver(Feature.DATASOURCE, "spring.r2dbc has a password");
            } else {
                requireTls(options, builder);
                signIn(builder);
            }
        }

        private void signIn(ConnectionFactoryOptions.Builder builder) {
            String resource = settings.resource() == null ? RESOURCE : settings.resource();
            builder.option(PASSWORD, new Tokens(identities.provider(settings.identity()), resource));
            keeper.keep(settings.identity(), resource);
            check.use(Feature.DATASOURCE);
            LOG.info("R2DBC signs in to PostgreSQL with tokens for {}.", resource);
        }

        /** A pool names its driver as the protocol. */
        private static boolean isOfPostgreSql(ConnectionFactoryOptions options) {
            String protocol = String.valueOf(options.getValue(ConnectionFactoryOptions.PROTOCOL));
            return POSTGRESQL.contains(String.valueOf(options.getValue(ConnectionFactoryOptions.DRIVER)))
                    || POSTGRESQL.contains(protocol.replaceFirst(":.*$", ""));
        }

        private static void requireTls(ConnectionFactoryOptions options, ConnectionFactoryOptions.Builder builder) {
            Object given = options.getValue(TLS);
            if (given == null) {
                builder.option(TLS, SAFEST);
            } else if (!SAFE.contains(given.toString().toLowerCase(Locale.ROOT))) {
                throw new TokenProviderSettingException(
                        "spring.r2dbc has sslMode=" + given
                                + ", and a token is never sent over a connection that might not use TLS.",
                        "Set sslMode=" + SAFEST + " in spring.r2dbc.url, or leave it out.");
            }
        }
    }

    /** The valid token of the moment, for each subscriber. */
    record Tokens(AzureServiceTokenProvider provider, String resource) implements Publisher<CharSequence> {

        @Override
        public void subscribe(Subscriber<? super CharSequence> subscriber) {
            Mono.fromFuture(() -> provider.getAccessTokenAsync(TokenRequest.forResource(resource)))
                    .cast(CharSequence.class)
                    .subscribe(subscriber);
        }

        @Override
        public String toString() {
            return "tokens for " + resource;
        }
    }
}
