// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class PageControllerTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    FakeStorage storage;

    @Test
    void page_withAToken_tellsWhoFromWhereUntilWhenAndWhatWasTried() {
        storage.list("hello.txt");

        assertThat(mvc.get().uri("/"))
                .hasStatusOk()
                .hasHeader("Cache-Control", "no-store")
                .bodyText()
                .contains("Fake metadata service", "1 Jan 2099, 00:00 UTC", "Renewed from")
                .contains(
                        FakeAzure.APP.appId().orElseThrow(),
                        FakeAzure.APP.objectId().orElseThrow(),
                        FakeAzure.APP.tenantId().orElseThrow())
                .contains("nobody is logged in to the fake.", "fake login</code>")
                .doesNotContain(FakeAzure.TOKEN);
    }

    @Test
    void page_withBlobs_linksToThem() {
        storage.list("a folder/ü?#<b>.txt");

        assertThat(mvc.get().uri("/"))
                .bodyText()
                .contains("href=\"api/blobs/a%20folder/%C3%BC%3F%23%3Cb%3E.txt\"")
                .contains("<bdi>a folder/ü?#&lt;b&gt;.txt</bdi></a>", "2026-11-24", "12 B")
                .doesNotContain("Next page");
    }

    @Test
    void page_withANameThatTurnsTheText_showsTheCharacterThatDoes() {
        storage.list("invoice\u202Efdp.exe");

        assertThat(mvc.get().uri("/"))
                .bodyText()
                .contains("<bdi>invoice\uFFFDfdp.exe</bdi>", "href=\"api/blobs/invoice%E2%80%AEfdp.exe\"");
    }

    @Test
    void page_withMoreBlobs_linksToTheNextPage() {
        storage.page("a&b", "hello.txt");

        assertThat(mvc.get().uri("/?prefix=h"))
                .bodyText()
                .contains("href=\"?prefix=h&amp;continuation=a%26b\"", "Names that begin with <code>h</code>");
    }

    @Test
    void page_withoutRole_showsTheCommandToCopy() {
        storage.refuse(403, "AuthorizationPermissionMismatch");

        assertThat(mvc.get().uri("/"))
                .hasStatusOk()
                .bodyText()
                .contains("Fake metadata service")
                .contains(">az role assignment create --assignee-object-id 22222222-bbbb-bbbb-bbbb-bbbbbbbbbbbb ");
    }

    @Test
    void page_inABrowser_runsNoOtherScriptAndFitsInNoFrame() {
        storage.list();

        assertThat(mvc.get().uri("/"))
                .hasHeader("X-Content-Type-Options", "nosniff")
                .hasHeader("Referrer-Policy", "no-referrer")
                .hasHeader(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
                .bodyText()
                .containsPattern("<script type=\"module\" src=\"page.js\"></script>")
                .doesNotContainPattern("<style| style=| on[a-z]+=|<script>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"trouble", "expire", "host"})
    void page_asItIsShipped_hasNoSwitchesOfAnEmulatedAzure(String path) {
        storage.list();

        assertThat(mvc.get().uri("/")).bodyText().doesNotContain("stage/", "<form");
        assertThat(mvc.post().uri("/stage/" + path).param("name", "POD")).hasStatus(404);
    }

    @Test
    void page_withSmallTexts_marksThemForAPreview() {
        storage.list("hello.txt");

        assertThat(mvc.get().uri("/"))
                .bodyText()
                .contains("<li data-preview=\"text\">", "href=\"api/blobs/hello.txt\" download");
    }

    @Nested
    @TestPropertySource(properties = "demo.storage.endpoint=")
    class WithoutEndpoint {
        @Test
        void page_withoutEndpoint_saysWhatToSet() {
            assertThat(mvc.get().uri("/"))
                    .hasStatusOk()
                    .bodyText()
                    .contains(">--demo.storage.endpoint=https://ACCOUNT.blob.core.windows.net</code>");
        }
    }
}
