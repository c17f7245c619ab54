// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import com.azure.core.http.HttpClient;
import com.azure.core.http.okhttp.OkHttpAsyncHttpClientBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.podidentity.demo.DemoProperties;
import io.podidentity.demo.sample.BlobStore;
import io.podidentity.demo.sample.Identity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How the demo's client asks the storage account: within 5 s, and for no answer that could fill the memory. The page
 * waits for it, and whoever sets the endpoint may have set anything.
 */
@Configuration(proxyBeanMethods = false)
class StorageClientConfiguration {
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    /** Of each of two attempts, so that the page reports within 5 s that a storage account does not answer. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(2_400);

    /** More than a list of 1,000 blobs or a block of a blob has, in bytes. */
    private static final long MAX_ANSWER = 4 * 1024 * 1024;

    @Bean
    LimitedBlobs limitedBlobs(
            DemoProperties properties,
            ObjectProvider<BlobStore> stores,
            AzureServiceTokenProvider provider,
            Identity identity,
            MessageSource words) {
        DemoProperties.Storage storage = properties.storage();
        StorageAccount account = StorageAccount.at(storage.endpoint());
        StorageProblems problems = new StorageProblems(account, storage.container(), identity::explain, words);
        boolean isUsable = account.isHttps() && account.plain();
        return new LimitedBlobs(isUsable ? stores.getObject() : null, provider, problems);
    }

    @Bean
    BlobServiceClientBuilder blobServiceClientBuilder(HttpClient storageHttpClient) {
        RequestRetryOptions twice =
                new RequestRetryOptions(RetryPolicyType.FIXED, 2, (Duration) null, RETRY_DELAY, RETRY_DELAY, null);
        return new BlobServiceClientBuilder().httpClient(storageHttpClient).retryOptions(twice);
    }

    @Bean
    HttpClient storageHttpClient(DemoProperties properties, SslBundles bundles) {
        String sslBundle = properties.storage().sslBundle();
        OkHttpClient.Builder builder = new OkHttpClient.Builder().addInterceptor(StorageClientConfiguration::bounded);
        if (sslBundle != null) {
            SslBundle bundle = bundles.getBundle(sslBundle);
            X509TrustManager trust = (X509TrustManager) bundle.getManagers().getTrustManagers()[0];
            builder.sslSocketFactory(bundle.createSslContext().getSocketFactory(), trust);
        }
        return new OkHttpAsyncHttpClientBuilder(builder.build())
                .connectionTimeout(Duration.ofSeconds(2))
                .callTimeout(ATTEMPT_TIMEOUT)
                // That covers all of an attempt. Each of these would set a timer more for each request.
                .responseTimeout(Duration.ZERO)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .build();
    }

    /** Refuses answers of a size that none has: the SDK reads them whole, and one without an end fills the memory. */
    private static Response bounded(Interceptor.Chain chain) throws IOException {
        try (Response answer = chain.proceed(chain.request())) {
            ResponseBody body = answer.peekBody(MAX_ANSWER);
            if (body.contentLength() == MAX_ANSWER) {
                throw new ProtocolException("The answer has " + MAX_ANSWER + " bytes or more");
            }
            return answer.newBuilder().body(body).build();
        }
    }
}
