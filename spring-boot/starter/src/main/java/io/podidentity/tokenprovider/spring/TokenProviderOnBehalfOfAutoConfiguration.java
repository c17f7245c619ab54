// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.azure.core.credential.TokenCredential;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;

/**
 * Credentials on behalf of users, where Spring Security and the Azure SDK are there.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = TokenProviderAutoConfiguration.class)
@ConditionalOnClass({TokenCredential.class, Authentication.class, AbstractOAuth2Token.class})
public final class TokenProviderOnBehalfOfAutoConfiguration {

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    OnBehalfOfCredentials onBehalfOfCredentials(TokenIdentities identities) {
        return new OnBehalfOfCredentials(identities, null);
    }
}
