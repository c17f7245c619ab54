// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.testcontainers.PodIdentityContainer;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/**
 * Lets {@code @ServiceConnection} on a {@link PodIdentityContainer} give the application the identity of the
 * container's pod. As with {@link EmulatedAzure}, HTTP clients of the JVM trust the container's Azure.
 */
final class PodIdentityConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<PodIdentityContainer, TokenProviderConnectionDetails> {

    @Override
    protected TokenProviderConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<PodIdentityContainer> source) {
        return new Connection(source);
    }

    /** Asks the container only when the application's provider is made, since it may start after this. */
    private static final class Connection extends ContainerConnectionDetails<PodIdentityContainer>
            implements TokenProviderConnectionDetails {

        Connection(ContainerConnectionSource<PodIdentityContainer> source) {
            super(source);
        }

        @Override
        public Map<String, String> environment() {
            return getContainer().environment();
        }

        @Override
        public SSLContext sslContext() {
            JvmTrust.add(getContainer().certificateAuthority());
            return getContainer().sslContext();
        }
    }
}
