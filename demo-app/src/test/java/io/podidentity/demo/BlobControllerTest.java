// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import io.podidentity.demo.sample.BlobStore;
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
            ]\
            """);
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
    @ValueSource(
            strings = {
                "text/html",
                "image/svg+xml",
                "application/xhtml+xml",
                "text/xml",
                "no type at all",
                "*/*",
                "text/*"
            })
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
        "/api/blobs/%252e%252e/x, %252e%252e%2Fx",
        "/api/blobs/a%5Cb.txt, a%5Cb.txt",
        "/api/blobs/a%E2%80%AEb.txt, a%E2%80%AEb.txt"
    })
    void content_ofAnyName_isAskedForByThatName(String path, String asked) {
        storage.blob("text/plain", "x");

        assertThat(mvc.get().uri(URI.create(path))).hasStatusOk();
        String url = "https://fakeaccount.blob.core.windows.net/samples/" + asked;
        assertThat(storage.urls()).containsExactly("HEAD " + url, "GET " + url);
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

    @Test
    void head_ofABlob_readsItsPropertiesOnly() {
        storage.blob("text/plain", "0123456789");

        MvcTestResult answer = mvc.head().uri("/api/blobs/digits.txt").exchange();

        assertThat(answer)
                .hasStatusOk()
                .hasHeader("Content-Length", "10")
                .hasHeader("Accept-Ranges", "bytes")
                .hasHeader("ETag", FakeStorage.ETAG)
                .hasHeader("Last-Modified", "Tue, 24 Nov 2026 09:00:00 GMT");
        assertThat(storage.urls()).containsExactly("HEAD https://fakeaccount.blob.core.windows.net/samples/digits.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0-0",
        "bytes=2-4, 234, 2-4",
        "bytes=7-, 789, 7-9",
        "bytes=-3, 789, 7-9",
        "bytes=-30, 0123456789, 0-9",
        "bytes=8-100, 89, 8-9"
    })
    void content_ofARange_isThatPartOnly(String range, String part, String answered) {
        storage.blob("text/plain", "0123456789");

        MvcTestResult answer =
                mvc.get().uri("/api/blobs/digits.txt").header("Range", range).exchange();

        assertThat(answer)
                .hasStatus(206)
                .hasHeader("Content-Range", "bytes " + answered + "/10")
                .hasHeader("Content-Length", Integer.toString(part.length()));
        assertThat(answer).bodyText().isEqualTo(part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=50-60"})
    void content_ofARangeThatTheBlobHasNot_cannotBeSatisfiedAndReadsNoContent(String range) {
        storage.blob("text/plain", "0123456789");

        assertThat(mvc.get().uri("/api/blobs/digits.txt").header("Range", range))
                .hasStatus(416)
                .hasHeader("Content-Range", "bytes */10");
        assertThat(storage.urls()).singleElement().asString().startsWith("HEAD ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "bytes=x"})
    void content_ofRangesThatAreNotServed_isWhole(String range) {
        storage.blob("text/plain", "0123456789");

        assertThat(mvc.get().uri("/api/blobs/digits.txt").header("Range", range))
                .hasStatusOk()
                .bodyText()
                .isEqualTo("0123456789");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"0x1\"', 206",
        "'\"0x2\"', 200",
        "'W/\"0x1\"', 200",
        "'Tue, 24 Nov 2026 09:00:00 GMT', 200",
        "yesterday, 200"
    })
    void content_ifRange_isAPartOnlyOfThatVersion(String version, int status) {
        storage.blob("text/plain", "0123456789");

        assertThat(mvc.get()
                        .uri("/api/blobs/digits.txt")
                        .header("Range", "bytes=2-4")
                        .header("If-Range", version))
                .hasStatus(status);
    }

    @Test
    void content_ofABlobOfManyBlocks_isReadBlockByBlock() {
        String content = "x".repeat(2 * BlobStore.BLOCK + 1);
        storage.blob("text/plain", content);

        assertThat(mvc.get().uri("/api/blobs/big.txt")).bodyText().isEqualTo(content);
        assertThat(storage.urls()).hasSize(1 + 3);
    }

    @Test
    void content_ofANameThatTurnsTheText_isSavedUnderAPlainName() {
        storage.blob("text/plain", "x");

        MvcTestResult answer = mvc.get()
                .uri(URI.create("/api/blobs/a/b%5Cinvoice%E2%80%AEfdp.exe"))
                .exchange();

        assertThat(answer.getResponse().getHeader("Content-Disposition")).contains("b_invoice%EF%BF%BDfdp.exe");
    }

    @Test
    void list_ofOnePageOfMany_linksToTheNext() {
        storage.page("2!96!a+b/&=", "a.txt");

        assertThat(mvc.get().uri("/api/blobs?prefix=ü/&limit=1"))
                .hasStatusOk()
                .hasHeader(
                        "Link",
                        "</api/blobs?prefix=%C3%BC%2F&limit=1&continuation=2%2196%21a%2Bb%2F%26%3D>; rel=\"next\"");
        assertThat(storage.urls()).singleElement().asString().contains("prefix=%C3%BC/", "maxresults=1");
    }

    @Test
    void list_withAContinuation_goesOnThere() {
        storage.list("b.txt");

        assertThat(mvc.get().uri(URI.create("/api/blobs?continuation=2%2196%21a%2Bb%2F%26%3D")))
                .hasStatusOk()
                .doesNotContainHeader("Link");
        assertThat(storage.urls()).singleElement().asString().contains("marker=2%2196%21a%2Bb/%26%3D&");
    }

    @Test
    void list_withAContinuationThatStorageRefuses_isABadRequest() {
        storage.refuse(400, "OutOfRangeInput");

        assertThat(mvc.get().uri("/api/blobs?continuation=x"))
                .hasStatus(400)
                .bodyText()
                .contains("continuation-unknown", "Link header");
    }

    @Test
    void list_ofNoBlobs_isABadRequest() {
        assertThat(mvc.get().uri("/api/blobs?limit=0")).hasStatus(400);
    }

    /** No list could name such a blob, because XML cannot contain the character. */
    @Test
    void list_withAPrefixThatNoNameHas_isABadRequestAndAsksNobody() {
        assertThat(mvc.get().uri(URI.create("/api/blobs?prefix=%00")))
                .hasStatus(400)
                .hasContentType("application/problem+json");
        assertThat(mvc.get().uri(URI.create("/?prefix=a%00"))).hasStatusOk();
        assertThat(storage.urls()).isEmpty();
    }
}
