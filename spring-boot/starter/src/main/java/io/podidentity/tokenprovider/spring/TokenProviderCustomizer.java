// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;

/**
 * Changes the application's token provider before it is made, such as its sources or its proxy. Unlike a provider of
 * the application's own, the result is still watched by health, metrics and the endpoint.
 *
 * <p>Beans of this type are called in their order, after the settings {@code token-provider.*} were applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenProviderCustomizer {

    /**
     * Changes the settings.
     *
     * @param builder the settings so far
     */
    void customize(AzureServiceTokenProvider.Builder builder);
}
