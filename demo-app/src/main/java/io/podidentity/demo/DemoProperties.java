// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code demo.*}.
 *
 * @param resource the resource of the token
 * @param storage where the blobs are
 * @param revealToken whether {@code GET /api/token} answers with the token itself; only for trying things out
 */
@ConfigurationProperties("demo")
public record DemoProperties(
        @DefaultValue("https://storage.azure.com") String resource,
        @DefaultValue Storage storage,
        @DefaultValue("false") boolean revealToken) {

    /**
     * Where the blobs are.
     *
     * @param endpoint the blob endpoint of a storage account, such as {@code https://ACCOUNT.blob.core.windows.net};
     *     blank if the demo shows only the identity
     * @param container the container whose blobs are shown
     * @param sslBundle the name of an SSL bundle ({@code spring.ssl.bundle.*}) with the CA that signed the certificate
     *     of the endpoint; null to use the CAs that the JDK trusts
     */
    public record Storage(
            @DefaultValue("") String endpoint,
            @DefaultValue("samples") String container,
            @Nullable String sslBundle) {

        public Storage {
            endpoint = endpoint.strip();
        }

        /** Without the endpoint, which can contain a SAS token by mistake. */
        @Override
        public String toString() {
            return "Storage[container=" + container + ", sslBundle=" + sslBundle + "]";
        }
    }
}
