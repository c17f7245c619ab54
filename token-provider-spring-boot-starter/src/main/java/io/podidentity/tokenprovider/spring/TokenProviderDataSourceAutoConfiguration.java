package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.bridge.mssql.AccessTokenCallback;
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

/** Lets connection pools sign in with tokens, where {@code token-provider.datasource.enabled} says so. */
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
     */
    static final class TokenDataSourcePostProcessor implements BeanPostProcessor, PriorityOrdered {
        private static final Logger LOG = LoggerFactory.getLogger(TokenDataSourcePostProcessor.class);

        private final BeanFactory beans;

        /** @param beans of which none is looked up before it is needed: a post-processor is made before all others */
        TokenDataSourcePostProcessor(BeanFactory beans) {
            this.beans = beans;
        }

        /** Before others wrap the pool. */
        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof HikariDataSource pool && pool.getPassword() == null) {
                Database.of(pool.getJdbcUrl()).ifPresent(database -> signIn(pool, beanName, database));
            }
            return bean;
        }

        private void signIn(HikariDataSource pool, String beanName, Database database) {
            database.requireTls(pool);
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
}
