// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who wants a token that is not theirs, by real sockets. */
class LendAttackTest {

    private static final String ASK =
            "GET /msi/token?api-version=2019-08-01&resource=https://storage.azure.com HTTP/1.1"
                    + "|Host: HOST|X-IDENTITY-HEADER: ORDERS|Connection: close";

    private static PodIdentityEmulator azure;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.start();
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "a wrong secret; X-IDENTITY-HEADER: ORDERS; X-IDENTITY-HEADER: wrong; 401; No borrower has the secret",
                "no secret; |X-IDENTITY-HEADER: ORDERS; ``; 401; There is no secret in IDENTITY_HEADER",
                "an empty secret; ORDERS; ``; 401; There is no secret",
                "a longer secret; ORDERS; ORDERS0; 401; No borrower",
                "two secrets in one; ORDERS; ORDERSBILLING; 401; No borrower",
                "a name in place of a secret; ORDERS; orders; 401; No borrower",
                "another resource; https://storage.azure.com; https://graph.microsoft.com; 403; graph.microsoft.com",
                "a resource that begins alike; azure.com; azure.com.evil.example; 403; does not lend tokens for",
                "a resource with a user; https://storage.azure.com; https://storage.azure.com@evil.example; 403; does not",
                "a resource with a path; azure.com; azure.com/a; 403; does not lend",
                "a resource with two slashes; azure.com; azure.com//; 403; does not lend",
                "CR LF in the resource; azure.com; azure.com%0d%0aSet-Cookie:%20a=b; 403; azure.com??Set-Cookie: a=b",
                "CR LF before a resource; https://storage; %0d%0ahttps://storage; 403; does not lend",
                "NUL in the resource; azure.com; azure.com%00; 403; azure.com?",
                "another resource first; resource=; resource=https://evil.example&resource=; 403; evil.example",
                "no resource; &resource=https://storage.azure.com; ``; 400; resource is missing",
                "a broken escape; azure.com; azure.com%zz; 400; invalid_request",
                "another identity; azure.com; azure.com&client_id=11111111-1111-1111-1111-111111111111; 400; AZURE_CLIENT_ID",
                "another identity by its resource; azure.com; azure.com&mi_res_id=/subscriptions/1; 400; names the identity",
                "a host name of the attacker; Host: HOST; Host: evil.example; 403; is not known as \"evil.example\"",
                "a host name that begins alike; Host: HOST; Host: HOST.evil.example; 403; is not known",
                "the host without its port; Host: HOST; Host: 127.0.0.1; 403; is not known",
                "no host name; |Host: HOST; ``; 403; is not known",
                "two host names; Host: HOST; Host: HOST|Host: evil.example; 400; bad_request",
                "a page of another origin; Host: HOST; Host: HOST|Origin: http://evil.example; 403; web pages",
                "a page without an origin; Host: HOST; Host: HOST|Sec-Fetch-Site: cross-site; 403; web pages",
                "a CORS preflight; GET; OPTIONS; 405; answers GET",
                "a CORS preflight of a page; Host: HOST; Host: HOST|Origin: http://evil.example|Access-Control-Request-Method:"
                        + " GET; 403; web pages",
                "a careless proxy; Host: HOST; Host: HOST|X-Forwarded-For: 10.0.0.1; 403; proxies",
                "a POST; GET; POST; 405; answers GET",
                "a path that goes up; /msi/token; /x/../msi/token; 400; nothing at this path",
                "an escaped path; /msi/token; /msi%2ftoken; 400; nothing at this path",
                "two slashes; /msi/token; //msi/token; 400; nothing at this path",
                "a URL of elsewhere; /msi/token; http://evil.example/msi/token; 421; bad_request",
                "two lengths; Host: HOST; Host: HOST|Content-Length: 0|Content-Length: 5; 400; bad_request",
                "length and chunks; Host: HOST; Host: HOST|Content-Length: 5|Transfer-Encoding: chunked; 400; bad_request",
                "chunks behind a space; Host: HOST; Host: HOST|Transfer-Encoding : chunked; 400; bad_request",
                "chunks that are not; Host: HOST; Host: HOST|Transfer-Encoding: xchunked; 400; bad_request",
                "a folded header; Host: HOST; Host: HOST| folded: yes; 400; bad_request",
                "HTTP/2 by prior knowledge; HTTP/1.1; HTTP/2.0; 400; bad_request",
                "HTTP/0.9; ` HTTP/1.1`; ``; 400; bad_request",
                "the metadata service without a secret; /msi/token; /metadata/identity/oauth2/token; 400; Metadata: true",
                "a web page's request to the metadata service; /msi/token; /ORDERS/metadata/identity/oauth2/token; 400;"
                        + " Metadata: true",
            })
    void request_thatIsNoBorrowers_isRefused(String name, String from, String to, int status, String text)
            throws IOException {
        try (Lender lender = Lender.of(azure)) {
            String sent = ASK.replace(from, to);
            assertThat(sent).as("the attack").isNotEqualTo(ASK);
            refused(lender, sent, status, text);
        }
    }

    private static void refused(Lender lender, String sent, int status, String text) throws IOException {
        String answer = lender.answer(sent);
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains(text.replace("\"", "\\\""))
                .doesNotContain("eyJ", "access_token")
                .doesNotContainIgnoringCase("access-control-")
                .doesNotContain("\r\nSet-Cookie");
        assertThat(lender.log.toString())
                .doesNotContain(lender.secret(0), lender.secret(1), "eyJ")
                .doesNotContain("lent to");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "IMDS with a wrong secret; GET /0123/metadata/identity/oauth2/token?resource=https://storage.azure.com;"
                        + " Metadata: true; 401; the path",
                "IMDS without a secret; GET /metadata/identity/oauth2/token?resource=https://storage.azure.com;"
                        + " Metadata: true; 401; There is no secret in the path",
                "IMDS with more before the secret; GET /x/ORDERS/metadata/identity/oauth2/token?resource=https://storage"
                        + ".azure.com; Metadata: true; 401; the path",
                "Cloud Shell with a wrong secret; GET /0123/oauth2/token?resource=https://storage.azure.com;"
                        + " Metadata: true; 401; the path",
                "Cloud Shell without its header; GET /ORDERS/oauth2/token?resource=https://storage.azure.com;"
                        + " Metadata: false; 400; Metadata: true",
                "App Service's secret in the path; GET /ORDERS/msi/token?resource=https://storage.azure.com;"
                        + " Metadata: true; 400; nothing at this path",
            })
    void otherForms_withoutASecretOfTheirs_areRefused(String name, String line, String header, int status, String text)
            throws IOException {
        try (Lender lender = Lender.of(azure)) {
            refused(lender, line + " HTTP/1.1|Host: HOST|" + header + "|Connection: close", status, text);
        }
    }

    @Test
    void request_asABorrower_isLoggedAsThatBorrowersWhateverItSays() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            String answer = lender.answer(ASK.replace("ORDERS", "BILLING|X-Borrower: orders")
                    .replace("azure.com ", "azure.com&name=orders "));
            assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"access_token\":\"eyJ");
            assertThat(lender.log.toString())
                    .contains("lent to billing: https://storage.azure.com as ")
                    .doesNotContain("orders", "eyJ", lender.secret(1));
        }
    }

    @Test
    void request_byHttp10_isAnsweredAndTheConnectionEnds() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            assertThat(lender.answer(ASK.replace("HTTP/1.1", "HTTP/1.0")))
                    .startsWith("HTTP/1.0 200 ")
                    .contains("Cache-Control: no-store")
                    .doesNotContain("keep-alive");
        }
    }

    @Test
    void request_thatIsTooLarge_isRefused() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            assertThat(lender.answer(ASK + "|a: " + "b".repeat(20_000))).containsAnyOf("HTTP/1.1 431 ", "closed");
            assertThat(lender.answer(ASK + "|Content-Length: 9000||" + "b".repeat(9_000)))
                    .containsAnyOf("HTTP/1.1 413 ", "closed");
            assertThat(lender.answer(ASK)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void client_thatSendsAByteNowAndThen_isHungUpOn() throws IOException {
        try (Lender lender = Lender.of(azure, Lender.limits(8, Duration.ofMillis(300)));
                Socket slow = lender.connect()) {
            slow.setSoTimeout(20);
            assertThat(isHungUpOn(slow)).isTrue();
            assertThat(lender.answer(ASK)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** Sends a byte whenever a short read of the answer ends without one, at most for some seconds. */
    private static boolean isHungUpOn(Socket slow) {
        byte[] letters = ("GET /" + "x".repeat(200)).getBytes(StandardCharsets.US_ASCII);
        try {
            for (byte letter : letters) {
                slow.getOutputStream().write(letter);
                try {
                    if (slow.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (SocketTimeoutException notYet) {
                    // The next byte.
                }
            }
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Idle ones from a stranger: the one that has waited longest goes, and the borrower has its answer. */
    @Test
    void connections_thatAreTooMany_keepNoBorrowerOut() throws IOException {
        try (Lender lender = Lender.of(azure, Lender.limits(4, Duration.ofSeconds(10)))) {
            var idle = new ArrayList<Socket>();
            for (int i = 0; i < 70; i++) {
                for (int j = 0; j < 8; j++) {
                    idle.add(lender.connect());
                }
                assertThat(lender.answer(ASK)).startsWith("HTTP/1.1 200 ");
            }
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void strangers_whoAskOften_doNotKeepABorrowerOut() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            String last = "";
            for (int i = 0; i < 40; i++) {
                last = lender.answer(ASK.replace("ORDERS", "guess" + i));
            }
            assertThat(last).startsWith("HTTP/1.1 429 ");
            assertThat(lender.answer(ASK)).startsWith("HTTP/1.1 200 ");
            assertThat(lender.log.toString().lines().filter(line -> line.contains("a stranger")))
                    .as("lines of the log")
                    .hasSizeLessThan(30);
        }
    }

    @Test
    void borrower_whoAsksOften_isToldToWaitAndKeepsNobodyElseOut() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            String last = "";
            for (int i = 0; i < 140 && !last.contains(" 429 "); i++) {
                last = lender.answer(ASK);
            }
            assertThat(last).startsWith("HTTP/1.1 429 ").contains("asked too often");
            assertThat(lender.answer(ASK.replace("ORDERS", "BILLING"))).startsWith("HTTP/1.1 200 ");
        }
    }
}
