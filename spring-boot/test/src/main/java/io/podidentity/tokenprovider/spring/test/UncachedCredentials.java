// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.springframework.beans.factory.config.BeanPostProcessor;
import reactor.core.publisher.Mono;

/**
 * Lets clients of the Azure SDK ask for a token at each request. They would otherwise keep one until shortly before
 * it expires, and a test that lets the token fail would pass or not, depending on the tests before it. The
 * application's provider still caches.
 */
final class UncachedCredentials implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return bean instanceof TokenCredential credential ? new Uncached(credential) : bean;
    }

    private record Uncached(TokenCredential credential) implements TokenCredential {
        @Override
        public Mono<AccessToken> getToken(TokenRequestContext request) {
            return credential.getToken(request).map(Uncached::forThisRequest);
        }

        @Override
        public AccessToken getTokenSync(TokenRequestContext request) {
            return forThisRequest(credential.getTokenSync(request));
        }

        private static AccessToken forThisRequest(AccessToken token) {
            return new AccessToken(token.getToken(), OffsetDateTime.now(ZoneOffset.UTC));
        }
    }
}
