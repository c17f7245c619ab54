// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** What the API says when the storage account does not return blobs. */
@DemoTest
@Import(FakeAzure.SignedIn.class)
@ExtendWith(OutputCaptureExtension.class)
class StorageProblemsTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    FakeStorage storage;

    CapturedOutput output;

    @BeforeEach
    void capture(CapturedOutput output) {
        this.output = output;
    }

    @Test
    void list_withoutRole_namesTheWholeCommandThatAssignsIt() {
        storage.refuse(403, "AuthorizationPermissionMismatch");

        assertThat(mvc.get().uri("/api/blobs"))
                .hasStatus(403)
                .hasContentType("application/problem+json")
                .bodyJson()
                .extractingPath("$.detail")
                .asString()
                .contains("az role assignment create --assignee-object-id 22222222-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
                        + " --assignee-principal-type ServicePrincipal --role \"Storage Blob Data Reader\""
                        + " --scope \"$(az storage account show --name fakeaccount --query id --output tsv)"
                        + "/blobServices/default/containers/samples\"");
    }

    @ParameterizedTest
    @CsvSource({
        "401, InvalidAuthenticationInfo, 403, token-not-accepted, az storage account show --name fakeaccount",
        "403, AuthenticationFailed, 403, token-not-accepted, az storage account show --name fakeaccount",
        "403, AuthorizationFailure, 403, network-refused, az storage account network-rule list",
        "404, ContainerNotFound, 404, container-not-found, az storage container create --name samples",
        "409, AccountIsDisabled, 502, storage-failed, AccountIsDisabled",
        "429, TooManyRequests, 503, storage-busy, Try again",
        "503, ServerBusy, 503, storage-busy, Try again",
        "500, InternalError, 502, storage-failed, InternalError"
    })
    void list_whenStorageAnswersAnError_saysWhatToDo(int answer, String code, int status, String kind, String advice) {
        storage.refuse(answer, code);

        assertThat(mvc.get().uri("/api/blobs")).hasStatus(status).bodyJson().satisfies(json -> {
            assertThat(json).extractingPath("$.type").isEqualTo("urn:podidentity:problem:" + kind);
            assertThat(json).extractingPath("$.detail").asString().contains(advice);
        });
    }

    @Test
    void content_whenTheContainerIsMissing_saysSoAndDoesNotBlameTheBlob() {
        storage.refuse(404, "ContainerNotFound");

        assertThat(mvc.get().uri("/api/blobs/hello.txt"))
                .hasStatus(404)
                .bodyText()
                .contains("No such container");
    }

    @Test
    void list_whenTheCertificateIsNotTrusted_namesTheSettings() {
        storage.fail(new SSLHandshakeException("PKIX path building failed"));

        assertThat(mvc.get().uri("/api/blobs"))
                .hasStatus(502)
                .bodyText()
                .contains("javax.net.ssl.trustStore", "demo.storage.ssl-bundle");
    }

    @Test
    void list_whenTheCertificateIsNotTrusted_findsThatBelowOtherErrors() {
        storage.fail(new IOException(new SSLHandshakeException("PKIX path building failed")));

        assertThat(mvc.get().uri("/api/blobs")).hasStatus(502).bodyText().contains("certificate-not-trusted");
    }

    @Test
    void list_whenTheCertificateIsForAnotherHost_saysThatItIsNotTrusted() {
        storage.fail(new SSLPeerUnverifiedException("Hostname fakeaccount.blob.core.windows.net not verified"));

        assertThat(mvc.get().uri("/api/blobs")).hasStatus(502).bodyText().contains("certificate-not-trusted");
    }

    @Test
    void list_whenNothingAnswers_namesTheHost() {
        for (IOException failure : new IOException[] {new ConnectException(), new NoRouteToHostException()}) {
            storage.fail(failure);

            assertThat(mvc.get().uri("/api/blobs"))
                    .hasStatus(503)
                    .bodyText()
                    .contains("storage-unreachable", "fakeaccount.blob.core.windows.net");
        }
    }

    @Test
    void list_whenTheAnswerDoesNotCome_doesNotSayThatNothingAnswered() {
        for (IOException failure : new IOException[] {
            new InterruptedIOException("timeout"), new SocketTimeoutException("Connect timed out")
        }) {
            storage.fail(failure);

            assertThat(mvc.get().uri("/api/blobs"))
                    .hasStatus(503)
                    .hasHeader("Retry-After", "5")
                    .bodyText()
                    .contains("storage-slow");
        }
    }

    @Test
    void list_whenTheConnectionEndsEarly_saysSo() {
        for (IOException failure : new IOException[] {
            new IOException("Connection reset"),
            new EOFException("EOF reached while reading"),
            new IOException(
                    new SSLHandshakeException("Remote host terminated the handshake").initCause(new EOFException()))
        }) {
            storage.fail(failure);

            assertThat(mvc.get().uri("/api/blobs")).hasStatus(503).bodyText().contains("storage-unreachable");
        }
    }

    @ParameterizedTest
    @CsvSource({"200, <EnumerationResults><Blobs><Blob>", "200, this is no XML", "500, <html>Internal error</html>"})
    void list_whenTheAnswerIsNotStorages_saysThatStorageFailed(int status, String body) {
        storage.garbage(status, body);

        assertThat(mvc.get().uri("/api/blobs")).hasStatus(502).bodyText().contains("storage-failed");
    }

    @Test
    void page_withAProblem_logsItOnce() {
        storage.refuse(409, "AccountIsAway");
        mvc.get().uri("/").exchange();
        mvc.get().uri("/").exchange();

        assertThat(output.getOut().split("AccountIsAway", -1)).hasSize(2);
    }

    @Nested
    @TestPropertySource(
            properties = "demo.storage.endpoint=https://fakeaccount.blob.core.windows.net/?sv=2024-11-04&sig=s3cret")
    class WithASas {
        @Test
        void list_withASasInTheEndpoint_saysWhyNotAndNeverShowsIt() {
            assertThat(mvc.get().uri("/api/blobs"))
                    .hasStatus(503)
                    .bodyText()
                    .contains("SAS", "revoke it")
                    .doesNotContain("s3cret");
            assertThat(mvc.get().uri("/")).hasStatusOk().bodyText().doesNotContain("s3cret");
            assertThat(output).doesNotContain("s3cret");
        }
    }

    @Nested
    @TestPropertySource(properties = "demo.storage.endpoint=")
    class WithoutEndpoint {
        @Test
        void list_withoutEndpoint_saysWhatToSet() {
            assertThat(mvc.get().uri("/api/blobs"))
                    .hasStatus(503)
                    .bodyText()
                    .contains("--demo.storage.endpoint=https://", "DEMO_STORAGE_ENDPOINT");
        }
    }

    @Nested
    @TestPropertySource(properties = "demo.storage.endpoint=http://fakeaccount.blob.core.windows.net")
    class WithoutTls {
        @Test
        void list_overHttp_saysThatATokenNeedsHttps() {
            assertThat(mvc.get().uri("/api/blobs"))
                    .hasStatus(503)
                    .bodyText()
                    .contains("https", "primaryEndpoints.blob");
        }
    }
}
