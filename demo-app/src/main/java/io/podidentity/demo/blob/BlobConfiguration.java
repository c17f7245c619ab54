package io.podidentity.demo.blob;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.okhttp.OkHttpAsyncHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Creates the storage client once. This sends no request, so the application starts without Azure. */
@Configuration(proxyBeanMethods = false)
class BlobConfiguration {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    /** Of each attempt, so that both together take no longer than a call may. */
    private static final Duration ATTEMPT_TIMEOUT =
            StorageCalls.TOTAL_TIME.minus(RETRY_DELAY).dividedBy(2);

    /** The transport limits the attempts: a limit here would cost a second thread for each. */
    private static final RequestRetryOptions RETRY =
            new RequestRetryOptions(RetryPolicyType.FIXED, 2, (Duration) null, RETRY_DELAY, RETRY_DELAY, null);

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

    /** Lists and properties are read on their caller's thread; the SDK writes content from a thread of this client. */
    @Bean
    HttpClient storageHttpClient(DemoProperties properties, SslBundles bundles) {
        String sslBundle = properties.storage().sslBundle();
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .addInterceptor(new BoundedAnswers())
                .connectionPool(
                        new ConnectionPool(StorageCalls.MAX_CALLS + StorageCalls.MAX_LISTS, 1, TimeUnit.MINUTES));
        if (sslBundle != null) {
            SslBundle bundle = bundles.getBundle(sslBundle);
            X509TrustManager trust = (X509TrustManager) bundle.getManagers().getTrustManagers()[0];
            builder.sslSocketFactory(bundle.createSslContext().getSocketFactory(), trust);
        }
        return new OkHttpAsyncHttpClientBuilder(builder.build())
                .connectionTimeout(CONNECT_TIMEOUT)
                .callTimeout(ATTEMPT_TIMEOUT)
                // That covers all of an attempt. Each of these would set a timer more for each request.
                .responseTimeout(Duration.ZERO)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .build();
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
