package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Lets connection pools sign in with tokens, where {@code token-provider.datasource.enabled} says so. */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass(HikariDataSource.class)
@ConditionalOnProperty("token-provider.datasource.enabled")
public final class TokenProviderDataSourceAutoConfiguration {

    @Bean
    static TokenDataSourcePostProcessor tokenDataSourcePostProcessor(BeanFactory beans) {
        return new TokenDataSourcePostProcessor(beans);
    }
}
