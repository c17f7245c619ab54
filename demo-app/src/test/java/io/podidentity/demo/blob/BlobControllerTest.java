package io.podidentity.demo.blob;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class BlobControllerTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    FakeStorage storage;

    @BeforeEach
    void answerNothingOfAnotherTest() {
        storage.list();
    }

    @Test
    void list_withBlobs_tellsNameSizeTypeAndTime() {
        storage.list("hello.txt", "a folder/ünï & <b>.txt");

        assertThat(mvc.get().uri("/api/blobs")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
                [
                  {
                    "name": "hello.txt",
                    "size": 12,
                    "contentType": "text/plain",
                    "lastModified": "2026-11-24T09:00:00Z"
                  },
                  {
                    "name": "a folder/ünï & <b>.txt",
                    "size": 12,
                    "contentType": "text/plain",
                    "lastModified": "2026-11-24T09:00:00Z"
                  }
                ]""");
    }

    @Test
    void content_ofPlainText_isShownInPlace() {
        storage.blob("text/plain; charset=utf-8", "Hello, blob");

        MvcTestResult answer = mvc.get().uri("/api/blobs/hello.txt").exchange();

        assertThat(answer).hasStatusOk().hasHeader("Content-Type", "text/plain;charset=utf-8");
        assertThat(answer).bodyText().isEqualTo("Hello, blob");
        assertThat(answer).hasHeader("Content-Length", "11").hasHeader("ETag", "\"0x1\"");
        assertThat(answer.getResponse().getHeader("Content-Disposition")).startsWith("inline");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "no type at all"})
    void content_thatCouldRunAScript_isSavedAndBoxedIn(String contentType) {
        storage.blob(contentType, "<script>alert(1)</script>");

        MvcTestResult answer = mvc.get().uri("/api/blobs/evil.html").exchange();

        assertThat(answer)
                .hasStatusOk()
                .hasHeader("X-Content-Type-Options", "nosniff")
                .hasHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        assertThat(answer.getResponse().getHeader("Content-Disposition")).startsWith("attachment");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/blobs/a/b%20c.txt, a%2Fb%20c.txt",
        "/api/blobs/a%2Fb%20c.txt, a%2Fb%20c.txt",
        "/api/blobs/100%25;x=1%3F.txt, 100%25;x=1%3F.txt",
        "/api/blobs/%C3%BC+%26.txt, %C3%BC+&.txt",
        "/api/blobs/%252e%252e/x, %252e%252e%2Fx"
    })
    void content_ofAnyName_isAskedForByThatName(String path, String asked) {
        storage.blob("text/plain", "x");

        assertThat(mvc.get().uri(URI.create(path))).hasStatusOk();
        assertThat(storage.urls()).containsExactly("https://fakeaccount.blob.core.windows.net/samples/" + asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/blobs/..%2Fother%2Fsecret", "/api/blobs/a/%2E%2E/%2E%2E/other", "/api/blobs/"})
    void content_ofAnImpossibleName_isNotFoundAndAsksNobody(String path) {
        assertThat(mvc.get().uri(URI.create(path))).hasStatus(404);
        assertThat(storage.urls()).isEmpty();
    }

    @Test
    void content_ofAMissingBlob_isNotFoundAndSaysWhereTheListIs() {
        storage.refuse(404, "BlobNotFound");

        assertThat(mvc.get().uri("/api/blobs/none.txt"))
                .hasStatus(404)
                .hasContentType("application/problem+json")
                .bodyText()
                .contains("none.txt", "GET /api/blobs");
    }
}
