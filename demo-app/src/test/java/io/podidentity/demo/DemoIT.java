// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole application over sockets, with the real Azure SDK, against an emulated Azure with its own CA. */
class DemoIT {
    private static final String ODD_NAME = "a folder/ünï +;&%#?.txt";
    private static final PodIdentityEmulator AZURE = PodIdentityEmulator.builder()
            .blob("samples", "hello.txt", "text/plain; charset=utf-8", "Hello, pod!\n".getBytes(UTF_8))
            .blob("samples", ODD_NAME, "text/plain", "odd".getBytes(UTF_8))
            .blob("samples", "page.html", "text/html", "<script>alert(1)</script>".getBytes(UTF_8))
            .blob("samples", "empty.bin", "application/octet-stream", new byte[0])
            .blob("samples", "big.bin", "application/octet-stream", new byte[9_000_000])
            .start();
    private static final PodIdentityEmulator WITHOUT_ROLES =
            PodIdentityEmulator.builder().withoutRoles().start();

    @AfterAll
    static void close() {
        AZURE.close();
        WITHOUT_ROLES.close();
    }

    private static void settings(PodIdentityEmulator azure, DynamicPropertyRegistry registry) {
        new EmulatedAzure(azure).settings().forEach((name, value) -> registry.add(name, () -> value));
    }

    private static void trust(PodIdentityEmulator azure, DynamicPropertyRegistry registry) {
        registry.add(
                "spring.ssl.bundle.pem.azure.truststore.certificate",
                () -> azure.certificateAuthority().toUri());
        registry.add("demo.storage.ssl-bundle", () -> "azure");
    }

    @Nested
    class WithIdentityAndRole extends DemoServer {
        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(AZURE, registry);
            trust(AZURE, registry);
        }

        @Test
        void identity_ofAPod_isItsManagedIdentity() throws Exception {
            HttpResponse<String> answer = get("/api/identity");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .contains("\"type\":\"APP\"", "\"state\":\"ACQUIRED\"", "\"expiresOn\":", AZURE.tenantId())
                    .contains(AZURE.identities().get(0).objectId());
        }

        @Test
        void list_withRole_namesAllBlobs() throws Exception {
            HttpResponse<String> answer = get("/api/blobs");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .contains("\"name\":\"hello.txt\"", "\"size\":12", "\"name\":\"" + ODD_NAME + "\"", "big.bin");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "hello.txt | 12 | text/plain;charset=utf-8 | inline",
                    "a%20folder/%C3%BCn%C3%AF%20+;&%25%23%3F.txt | 3 | text/plain | inline",
                    "a%20folder%2F%C3%BCn%C3%AF%20%2B%3B%26%25%23%3F.txt | 3 | text/plain | inline",
                    "page.html | 25 | text/html | attachment",
                    "empty.bin | 0 | application/octet-stream | attachment",
                    "big.bin | 9000000 | application/octet-stream | attachment"
                })
        void content_ofABlob_isStreamedWithItsType(String name, long size, String type, String disposition)
                throws Exception {
            HttpResponse<String> answer = get("/api/blobs/" + name);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).hasSize((int) size);
            assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(size);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().allValues("Content-Security-Policy"))
                    .containsExactly("default-src 'none'; frame-ancestors 'none'; sandbox");
            assertThat(answer.headers().firstValue("Content-Disposition"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith(disposition));
        }

        @Test
        void content_ofAMissingBlob_isNotFound() throws Exception {
            HttpResponse<String> answer = get("/api/blobs/none.txt");

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("urn:podidentity:problem:blob-not-found");
        }

        @Test
        void page_withBlobs_linksToThem() throws Exception {
            assertThat(get("/").body()).contains("Signed in", "href=\"api/blobs/hello.txt\"");
        }
    }

    @Nested
    @ExtendWith(OutputCaptureExtension.class)
    class Secrets extends DemoServer {
        @Autowired
        AzureServiceTokenProvider provider;

        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(AZURE, registry);
            trust(AZURE, registry);
            registry.add("logging.level.io.podidentity", () -> "TRACE");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/",
                    "/api/identity",
                    "/api/token",
                    "/api/blobs",
                    "/api/blobs/none",
                    "/actuator/health",
                    "/actuator/info",
                    "/actuator/tokenprovider",
                    "/actuator/prometheus"
                })
        void answer_ofAnyPath_hasNoToken(String path, CapturedOutput output) throws Exception {
            HttpResponse<String> answer = get(path);

            for (String resource : new String[] {"https://storage.azure.com/", "https://storage.azure.com"}) {
                String token = provider.getAccessToken(resource);
                assertThat(answer.body()).doesNotContain(token);
                assertThat(answer.headers().map()).asString().doesNotContain(token);
                assertThat(output).doesNotContain(token);
            }
        }
    }

    @Nested
    class WithoutRole extends DemoServer {
        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(WITHOUT_ROLES, registry);
            trust(WITHOUT_ROLES, registry);
        }

        @Test
        void list_withoutRole_namesTheCommandThatAssignsIt() throws Exception {
            HttpResponse<String> answer = get("/api/blobs");

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body().replace("\\\"", "\""))
                    .contains("az role assignment create --assignee-object-id "
                            + WITHOUT_ROLES.identities().get(0).objectId()
                            + " --assignee-principal-type ServicePrincipal --role \"Storage Blob Data Reader\""
                            + " --scope \"$(az storage account show --name devstoreaccount1 --query id --output tsv)"
                            + "/blobServices/default/containers/samples\"");
        }
    }

    @Nested
    class WithAnotherContainer extends DemoServer {
        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(AZURE, registry);
            trust(AZURE, registry);
            registry.add("demo.storage.container", () -> "missing");
        }

        @Test
        void list_ofAMissingContainer_isNotFound() throws Exception {
            HttpResponse<String> answer = get("/api/blobs");

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("urn:podidentity:problem:container-not-found");
        }
    }

    @Nested
    class WithTheAuthoritiesOfTheJdk extends DemoServer {
        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(AZURE, registry);
        }

        @Test
        void list_whenTheCertificateIsNotTrusted_namesTheSettings() throws Exception {
            HttpResponse<String> answer = get("/api/blobs");

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.body())
                    .contains("urn:podidentity:problem:certificate-not-trusted", "javax.net.ssl.trustStore");
        }
    }

    @Nested
    class WithStorageDown extends DemoServer {
        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) throws IOException {
            settings(AZURE, registry);
            try (ServerSocket free = new ServerSocket(0)) {
                String endpoint = "https://127.0.0.1:" + free.getLocalPort() + "/devstoreaccount1";
                registry.add("demo.storage.endpoint", () -> endpoint);
            }
        }

        @Test
        void list_whenNothingListens_saysSoWithinFiveSeconds() throws Exception {
            Instant start = Instant.now();

            HttpResponse<String> answer = get("/api/blobs");

            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:podidentity:problem:storage-unreachable");
        }
    }

    /** The kernel accepts the connections, and nobody reads what they send. */
    @Nested
    class WithSilentStorage extends DemoServer {
        private static final ServerSocket SILENT = silent();

        @DynamicPropertySource
        static void azure(DynamicPropertyRegistry registry) {
            settings(AZURE, registry);
            registry.add(
                    "demo.storage.endpoint", () -> "https://127.0.0.1:" + SILENT.getLocalPort() + "/devstoreaccount1");
        }

        @AfterAll
        static void close() throws IOException {
            SILENT.close();
        }

        @Test
        void list_whenStorageIsSilent_endsAfterBothAttempts() throws Exception {
            Instant start = Instant.now();

            HttpResponse<String> answer = get("/api/blobs");

            assertThat(Duration.between(start, Instant.now())).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:podidentity:problem:storage-slow");
        }
    }

    private static ServerSocket silent() {
        try {
            return new ServerSocket(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
