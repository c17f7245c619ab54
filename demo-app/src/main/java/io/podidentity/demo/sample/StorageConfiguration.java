// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobServiceClientBuilder;
import io.podidentity.demo.DemoProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * The credential, which the starter makes: on a laptop it is that of {@code az login}, in a pod that of the pod's
 * identity.
 */
@Configuration(proxyBeanMethods = false)
class StorageConfiguration {

    /**
     * Creates the client once, which sends no request. The builder of the demo has short timeouts; an application of
     * your own begins with {@code new BlobServiceClientBuilder()}. Lazy, because the demo also starts without a storage
     * account.
     */
    @Bean
    @Lazy
    BlobStore blobStore(BlobServiceClientBuilder builder, TokenCredential credential, DemoProperties properties) {
        DemoProperties.Storage storage = properties.storage();
        return new BlobStore(builder.endpoint(storage.endpoint())
                .credential(credential)
                .buildClient()
                .getBlobContainerClient(storage.container()));
    }
}
