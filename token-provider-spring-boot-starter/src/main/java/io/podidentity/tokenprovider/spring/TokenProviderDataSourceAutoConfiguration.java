package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Lets connection pools sign in with tokens, where {@code token-provider.datasource.enabled} says so. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(HikariDataSource.class)
@ConditionalOnProperty("token-provider.datasource.enabled")
public final class TokenProviderDataSourceAutoConfiguration {

    /** Looks up nothing before there is a pool, since a post-processor is made before all other beans. */
    @Bean
    static TokenDataSourcePostProcessor tokenDataSourcePostProcessor(
            ObjectProvider<TokenIdentities> identities,
            ObjectProvider<TokenKeeper> keeper,
            ObjectProvider<TokenProviderProperties> properties) {
        return new TokenDataSourcePostProcessor(identities::getObject, keeper::getObject, properties::getObject);
    }
}
