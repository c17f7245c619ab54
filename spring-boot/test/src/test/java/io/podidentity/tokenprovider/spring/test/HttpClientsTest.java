// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/** Each HTTP client, made without a setting, over TLS to the emulated Azure. */
@SpringBootTest(classes = EmulatedAzureTest.Application.class)
@EmulatedAzure
class HttpClientsTest {
    @Value("${emulated-azure.entra}/common/discovery/v2.0/keys")
    private URI keys;

    @Value("${emulated-azure.storage}")
    private String storage;

    @Autowired
    private TokenCredential credential;

    @Test
    void javaNetHttp_withoutASetting_trustsIt() throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(keys).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.body()).contains("\"keys\"");
    }

    @Test
    void httpsUrlConnection_withoutASetting_trustsIt() throws Exception {
        HttpURLConnection connection = (HttpURLConnection) keys.toURL().openConnection();

        assertThat(connection.getResponseCode()).isEqualTo(200);
    }

    @Test
    void webClientOverReactorNetty_withoutASetting_trustsIt() {
        WebClient client = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector())
                .build();

        assertThat(client.get().uri(keys).retrieve().bodyToMono(String.class).block())
                .contains("\"keys\"");
    }

    @Test
    void azureSdkOverNetty_withoutASetting_readsBlobs() {
        var samples = new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .httpClient(new NettyAsyncHttpClientBuilder().build())
                .buildClient()
                .getBlobContainerClient("samples");

        assertThat(samples.listBlobs()).extracting(BlobItem::getName).contains("hello.txt");
    }

    @Test
    void okHttp_withoutASetting_trustsIt() throws Exception {
        Request request = new Request.Builder().url(keys.toURL()).build();

        try (Response answer = new OkHttpClient().newCall(request).execute()) {
            assertThat(answer.body().string()).contains("\"keys\"");
        }
    }

    @Test
    void apacheHttpClient_withoutASetting_trustsIt() throws Exception {
        try (CloseableHttpClient client = HttpClients.createDefault()) {
            int status = client.execute(new HttpGet(keys), answer -> answer.getCode());

            assertThat(status).isEqualTo(200);
        }
    }
}
