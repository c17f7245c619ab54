// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import io.podidentity.testcontainers.PodIdentityContainer;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** What a test with a container engine looks like; run by e2e, which has an engine and the image. */
@Testcontainers
@SpringBootTest(classes = PodIdentityContainerTrial.Application.class)
class PodIdentityContainerTrial {

    private static final DockerImageName IMAGE = DockerImageName.parse(System.getProperty("podid.image", "podid"));
    private static final String STORAGE = "https://storage.azure.com/";

    @Container
    @ServiceConnection
    static final PodIdentityContainer AZURE = new PodIdentityContainer(IMAGE)
            .withManifests(Path.of(System.getProperty("podid.manifests", "src/test/resources/pods.yaml")))
            .withProfile("1.8.17")
            .withPod("shop/orders");

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @DynamicPropertySource
    static void storage(DynamicPropertyRegistry registry) {
        registry.add("app.storage", AZURE::storage);
    }

    @Test
    void application_asThePodOfTheContainer_readsABlob(
            @Autowired AzureServiceTokenProvider provider, @Autowired TokenCredential credential) {
        assertThat(clientId(provider)).isEqualTo("11111111-1111-1111-1111-111111111111");
        assertBlobsAreRead(credential);
    }

    @Test
    void program_inAPodWithWorkloadIdentity_exchangesItsTokenAndReadsABlob() {
        Map<String, String> environment = AZURE.environmentOf("shop/invoices");
        assertThat(Path.of(environment.get("AZURE_FEDERATED_TOKEN_FILE"))).isReadable();
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(environment)
                .sslContext(AZURE.sslContext())
                .build();

        assertThat(clientId(provider)).isEqualTo("22222222-2222-2222-2222-222222222222");
        assertBlobsAreRead(new TokenProviderCredential(provider));
    }

    @Test
    void entra_byItsAddress_callsItselfByIt() throws Exception {
        var connection = (HttpsURLConnection)
                AZURE.entra().resolve("/common/discovery/v2.0/keys").toURL().openConnection();
        connection.setSSLSocketFactory(AZURE.sslContext().getSocketFactory());

        assertThat(connection.getResponseCode()).isEqualTo(200);
        assertThat(AZURE.certificateAuthority()).content().startsWith("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void environmentOf_aPodThatIsNotThere_namesThoseThatAre() {
        assertThatThrownBy(() -> AZURE.environmentOf("shop/order"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No pod \"shop/order\"; there are [shop/invoices, shop/orders]");
    }

    @Test
    void start_withAManifestThatIsNone_saysWhy(@TempDir Path folder) throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "kind: Pod\nmetadata: [\n");
        try (var container = new PodIdentityContainer(IMAGE).withManifests(wrong)) {
            assertThatThrownBy(container::start).rootCause().hasMessageContainingAll("podid has ended", "wrong.yaml");
        }
    }

    @Test
    void start_withMorePodsThanPorts_saysSo() {
        try (var container = new PodIdentityContainer(IMAGE)
                .withManifests(Path.of(System.getProperty("podid.manifests", "src/test/resources/pods.yaml")))
                .withPodPorts(0)) {
            assertThatThrownBy(container::start).rootCause().hasMessageContaining("more pods than published ports");
        }
    }

    private static String clientId(AzureServiceTokenProvider provider) {
        AccessToken token = provider.getAuthenticationResult(STORAGE);
        return token.principal().flatMap(Principal::appId).orElse("");
    }

    private static void assertBlobsAreRead(TokenCredential credential) {
        var samples = new BlobServiceClientBuilder()
                .endpoint(AZURE.storage().toString())
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");

        assertThat(samples.listBlobs()).extracting(BlobItem::getName).contains("hello.txt");
        assertThat(samples.getBlobClient("hello.txt").downloadContent().toBytes())
                .isNotEmpty();
    }
}
