// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;

/** Several applications, each with an Azure of its own, in one JVM. */
class EmulatedAzureTest {
    private static final String STORAGE = "https://storage.azure.com/";

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    /** The container that every emulator has. */
    static BlobContainerClient samples(String storage, TokenCredential credential) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");
    }

    @Nested
    @SpringBootTest(classes = Application.class, properties = "app.storage=${emulated-azure.storage}")
    @EmulatedAzure
    class OnAMachine {
        @Autowired
        private AzureServiceTokenProvider provider;

        @Autowired
        private TokenCredential credential;

        @Autowired
        private PodIdentityEmulator azure;

        @Autowired
        private SslBundles bundles;

        @Value("${app.storage}")
        private String storage;

        @Test
        void client_ofTheAzureSdk_readsBlobs() {
            assertThat(samples(storage, credential).listBlobs())
                    .extracting(BlobItem::getName)
                    .contains("hello.txt");
        }

        @Test
        void fault_thatStands_isThereUntilTheEndOfTheTest() {
            azure.faults().imds(Fault.status(503).standing());

            assertThatThrownBy(() -> provider.getAccessToken(
                            TokenRequest.forResource(STORAGE).withDeadline(Duration.ofMillis(500))))
                    .isInstanceOf(TokenAcquisitionException.class);
        }

        /** As a test finds it, of which another one came first. */
        @Test
        void fault_afterTheAzureSdkHadAToken_isNoticedByIt() {
            BlobContainerClient samples = samples(storage, credential);
            assertThat(samples.listBlobs()).isNotEmpty();
            azure.faults().imds(Fault.status(503).standing());
            provider.invalidate();

            assertThatThrownBy(() -> samples.listBlobs().stream().count())
                    .isInstanceOf(TokenAcquisitionException.class);
        }

        @Test
        void deadline_ofATest_isShort(@Value("${token-provider.deadline}") Duration deadline) {
            assertThat(deadline).isEqualTo(Duration.ofSeconds(5));
        }

        @Test
        void token_inAnyOtherTest_isThere() {
            assertThat(provider.getAccessToken(STORAGE)).isNotEmpty();
        }

        @Test
        void bundle_always_hasTheCertificateAuthority() {
            assertThat(bundles.getBundle("emulated-azure").createSslContext()).isNotNull();
        }
    }

    @Nested
    @SpringBootTest(classes = Application.class)
    @EmulatedAzure(customizers = OtherBlobs.class)
    class WithOtherBlobs {
        @Value("${emulated-azure.storage}")
        private String storage;

        @Autowired
        private TokenCredential credential;

        @Test
        void client_ofASecondEmulatorOfTheJvm_trustsItToo() {
            assertThat(samples(storage, credential)
                            .getBlobClient("mine.txt")
                            .downloadContent()
                            .toString())
                    .isEqualTo("mine");
        }
    }

    /** As a test class would have it. */
    static final class OtherBlobs implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder builder) {
            builder.blob("samples", "mine.txt", "text/plain", "mine".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Nested
    @SpringBootTest(classes = Application.class)
    @EmulatedAzure(manifests = "src/test/resources/pods.yaml", pod = "shop/orders", profile = "1.8.17")
    class InAPodOfAadPodIdentity {
        @Test
        void principal_ofTheApplication_isThePodsIdentity(@Autowired AzureServiceTokenProvider provider) {
            assertThat(provider.getAuthenticationResult(STORAGE).principal().flatMap(Principal::appId))
                    .contains("11111111-1111-1111-1111-111111111111");
        }
    }

    @Nested
    @SpringBootTest(classes = Application.class)
    @EmulatedAzure(manifests = "src/test/resources/pods.yaml", pod = "shop/invoices", profile = "workload-identity")
    class InAPodWithWorkloadIdentity {
        @Test
        void principal_ofTheApplication_isThatOfItsServiceAccount(@Autowired AzureServiceTokenProvider provider) {
            assertThat(provider.getAuthenticationResult(STORAGE).principal().flatMap(Principal::appId))
                    .contains("22222222-2222-2222-2222-222222222222");
        }
    }
}
