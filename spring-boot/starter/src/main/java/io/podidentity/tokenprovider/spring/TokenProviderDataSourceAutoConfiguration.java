// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.bridge.mssql.AccessTokenCallback;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Lets connection pools sign in with tokens, where {@code token-provider.datasource.enabled} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(HikariDataSource.class)
@ConditionalOnProperty("token-provider.datasource.enabled")
public final class TokenProviderDataSourceAutoConfiguration {

    @Bean
    static TokenDataSourcePostProcessor tokenDataSourcePostProcessor(BeanFactory beans) {
        return new TokenDataSourcePostProcessor(beans);
    }

    /**
     * Gives the application's connection pools tokens in the place of a password, before they open a connection, and so
     * everything that uses them: JDBC, JPA, Flyway, Liquibase. A pool with a password keeps it, and so does one of
     * another database.
     *
     * @param beans of which none is looked up before it is needed: a post-processor is made before all others
     */
    record TokenDataSourcePostProcessor(BeanFactory beans) implements BeanPostProcessor, PriorityOrdered {
        private static final Logger LOG = LoggerFactory.getLogger(TokenDataSourcePostProcessor.class);

        /** Before others wrap the pool. */
        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof HikariDataSource pool) {
                signIn(pool, beanName);
            } else if (bean instanceof DataSource) {
                passOver(beanName + " is a " + bean.getClass().getName() + ", and HikariCP's pools alone take tokens");
            }
            return bean;
        }

        private void signIn(HikariDataSource pool, String beanName) {
            Optional<Database> database = Database.of(pool.getJdbcUrl());
            if (database.isEmpty()) {
                passOver(beanName + " is of a database that takes no tokens");
            } else if (pool.getPassword() != null) {
                passOver(beanName + " has a password");
            } else {
                signIn(pool, beanName, database.get());
                beans.getBean(SettingsCheck.class).use(Feature.DATASOURCE);
            }
        }

        private void passOver(String reason) {
            beans.getBean(SettingsCheck.class).passOver(Feature.DATASOURCE, reason);
        }

        private void signIn(HikariDataSource pool, String beanName, Database database) {
            database.requireTls(pool, beanName);
            TokenProviderProperties.DataSource settings =
                    beans.getBean(TokenProviderProperties.class).datasource();
            String resource = settings.resource() == null ? database.resource() : settings.resource();
            String own = settings.identities().get(beanName);
            String identity = own == null ? settings.identity() : own;
            AzureServiceTokenProvider provider =
                    beans.getBean(TokenIdentities.class).provider(identity);
            if (database == Database.SQL_SERVER) {
                SqlServer.signIn(pool, provider);
            } else {
                pool.setCredentialsProvider(new TokenPassword(provider, resource, user(pool, beanName)));
            }
            beans.getBean(TokenKeeper.class).keep(identity, resource);
            LOG.info("{} signs in to {} with tokens for {}.", beanName, database, resource);
        }

        private static String user(HikariDataSource pool, String beanName) {
            String user = pool.getUsername();
            if (user == null || user.isBlank()) {
                throw new TokenProviderSettingException(
                        "The connection pool " + beanName
                                + " has no user name, so the database cannot know whose token it gets.",
                        "Set spring.datasource.username to the name that the identity has in the database.");
            }
            return user;
        }

        /** In a class of its own: the driver may be absent. */
        private static final class SqlServer {

            /** The server itself names the resource. */
            static void signIn(HikariDataSource pool, AzureServiceTokenProvider provider) {
                var source = new com.microsoft.sqlserver.jdbc.SQLServerDataSource();
                source.setURL(pool.getJdbcUrl());
                Object encrypt = pool.getDataSourceProperties().get("encrypt");
                if (encrypt != null) {
                    source.setEncrypt(encrypt.toString());
                }
                source.setAccessTokenCallback(new AccessTokenCallback(provider));
                pool.setDataSource(source);
            }
        }
    }

    /**
     * What a pool signs in with: for each new connection the valid token of that moment.
     *
     * <p><i>Thread-safety:</i> safe for use by several threads.
     *
     * @param user the name of the identity in the database
     */
    record TokenPassword(AzureServiceTokenProvider provider, String resource, String user)
            implements HikariCredentialsProvider {

        /** @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is no token */
        @Override
        public Credentials getCredentials() {
            return Credentials.of(user, provider.getAccessToken(resource));
        }

        @Override
        public String toString() {
            return user + " with a token for " + resource;
        }
    }

    /**
     * The databases that take a token as the password.
     *
     * @see <a href="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-azure-ad-authentication">
     *     PostgreSQL</a>
     * @see <a href="https://learn.microsoft.com/azure/mysql/flexible-server/concepts-azure-ad-authentication">MySQL</a>
     */
    enum Database {
        POSTGRESQL("jdbc:postgresql:", "sslmode", "verify-full", "require|verify-ca"),
        MYSQL("jdbc:mysql:", "sslMode", "verify_identity", "required|verify_ca"),
        MARIADB("jdbc:mariadb:", "sslMode", "verify-full", "verify-ca|trust"),
        SQL_SERVER("jdbc:sqlserver:", "encrypt", "true", "strict|mandatory");

        private final String prefix;
        private final String tlsSetting;
        private final String safest;
        private final String alsoSafe;

        Database(String prefix, String tlsSetting, String safest, String alsoSafe) {
            this.prefix = prefix;
            this.tlsSetting = tlsSetting;
            this.safest = safest;
            this.alsoSafe = alsoSafe;
        }

        /** The database of a JDBC URL; empty if it is another one, which takes no tokens. */
        static Optional<Database> of(@Nullable String jdbcUrl) {
            if (jdbcUrl == null) {
                return Optional.empty();
            }
            // P6Spy logs what goes to a driver, and hands the password on.
            String driver = jdbcUrl.replaceFirst("^jdbc:p6spy:", "jdbc:");
            return Arrays.stream(values())
                    .filter(database -> driver.startsWith(database.prefix))
                    .findFirst();
        }

        /** The resource of its tokens in the public cloud. */
        String resource() {
            return this == SQL_SERVER ? "https://database.windows.net/" : "https://ossrdbms-aad.database.windows.net";
        }

        /**
         * Sees to it that a token is sent only over TLS: a pool that says nothing of TLS gets the mode that also checks
         * the server's name.
         *
         * @throws TokenProviderSettingException if it allows a connection without TLS
         */
        void requireTls(HikariDataSource pool, String beanName) {
            String given = setting(pool, tlsSetting);
            if (given == null) {
                pool.addDataSourceProperty(tlsSetting, safest);
                if (this == POSTGRESQL && setting(pool, "sslfactory") == null && setting(pool, "sslrootcert") == null) {
                    // Without it the driver looks for a file of trusted certificates in the home folder.
                    pool.addDataSourceProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
                }
                return;
            }
            String mode = given.toLowerCase(Locale.ROOT);
            if (!mode.equals(safest) && !mode.matches(alsoSafe)) {
                throw new TokenProviderSettingException(
                        "The pool " + beanName + " has " + tlsSetting + "=" + given
                                + ", and a token is never sent over a connection that might not use TLS.",
                        "Set " + tlsSetting + "=" + safest + " in the JDBC URL, or leave it out.");
            }
        }

        /** A setting of the driver, from the properties of the pool or the URL. */
        private static @Nullable String setting(HikariDataSource pool, String name) {
            Object property = pool.getDataSourceProperties().get(name);
            if (property != null) {
                return property.toString();
            }
            Matcher parameter = Pattern.compile("[?&;]" + name + "=([^&;]*)", Pattern.CASE_INSENSITIVE)
                    .matcher(String.valueOf(pool.getJdbcUrl()));
            return parameter.find() ? parameter.group(1) : null;
        }
    }
}
