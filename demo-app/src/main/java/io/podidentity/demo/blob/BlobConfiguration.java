package io.podidentity.demo.blob;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Duration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Creates the storage client once. This sends no request, so the application starts without Azure. */
@Configuration(proxyBeanMethods = false)
class BlobConfiguration {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(4);

    /** One retry, so that the page reports within about 5 s that a storage account does not answer. */
    private static final RequestRetryOptions RETRY = new RequestRetryOptions(
            RetryPolicyType.FIXED, 2, ANSWER_TIMEOUT, Duration.ofMillis(200), Duration.ofMillis(200), null);

    @Bean
    BlobStore blobStore(
            DemoProperties properties,
            HttpClient storageHttpClient,
            TokenCredential credential,
            AzureServiceTokenProvider provider) {
        DemoProperties.Storage storage = properties.storage();
        StorageAccount account = StorageAccount.at(storage.endpoint().strip());
        StorageRefusals refusals =
                new StorageRefusals(account, storage.container(), () -> provider.explain(properties.resource()));
        StorageProblems problems = new StorageProblems(account, refusals);
        if (!account.isHttps() || !account.plain()) {
            return new BlobStore(null, provider, account, problems);
        }
        BlobContainerClient client = new BlobServiceClientBuilder()
                .endpoint(account.endpoint())
                .credential(credential)
                .httpClient(storageHttpClient)
                .retryOptions(RETRY)
                .buildClient()
                .getBlobContainerClient(storage.container());
        return new BlobStore(client, provider, account, problems);
    }

    @Bean
    HttpClient storageHttpClient(DemoProperties properties, SslBundles bundles) {
        String sslBundle = properties.storage().sslBundle();
        java.net.http.HttpClient.Builder builder = java.net.http.HttpClient.newBuilder();
        if (sslBundle != null) {
            builder.sslContext(bundles.getBundle(sslBundle).createSslContext());
        }
        return new BoundedAnswers(new JdkHttpClientBuilder(builder)
                .connectionTimeout(CONNECT_TIMEOUT)
                .responseTimeout(ANSWER_TIMEOUT)
                .readTimeout(ANSWER_TIMEOUT)
                .build());
    }

    /**
     * Allows {@code %2F} and {@code %5C} in a path: a slash or a back-slash that a client encodes this way is part of
     * the blob's name, not an attack.
     */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> encodedSlashes() {
        return factory -> factory.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling("passthrough");
            connector.setEncodedReverseSolidusHandling("passthrough");
        });
    }
}
