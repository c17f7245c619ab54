// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import org.springframework.stereotype.Component;

/** The provider, which the starter makes: it says which identity the application has, or why it has none. */
@Component
public final class Identity {
    private final AzureServiceTokenProvider provider;
    private final String resource;

    Identity(AzureServiceTokenProvider provider, DemoProperties properties) {
        this.provider = provider;
        this.resource = properties.resource();
    }

    /** Explains whose token the application has, or why it has none. The explanation holds no token. */
    public Explanation explain() {
        return provider.explain(resource);
    }

    /**
     * The token itself, for a client that takes no credential. Whoever has it can act as the application.
     *
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is no token
     */
    public AccessToken token() {
        return provider.getAuthenticationResult(resource);
    }
}
