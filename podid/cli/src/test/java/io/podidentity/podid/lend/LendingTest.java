// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LendingTest {

    private static final String APP_SERVICE =
            "GET /msi/token?resource=https://storage.azure.com HTTP/1.1|Host: HOST|X-IDENTITY-HEADER: ORDERS|Connection: close";

    private static PodIdentityEmulator azure;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.start();
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET /msi/token?resource=https://storage.azure.com HTTP/1.1|X-IDENTITY-HEADER: ORDERS; App Service",
                "GET /msi/token?resource=HTTPS://Storage.azure.com/ HTTP/1.1|X-IDENTITY-HEADER: ORDERS; App Service",
                "GET /ORDERS/metadata/identity/oauth2/token?resource=https://storage.azure.com HTTP/1.1|Metadata: true; IMDS",
                "GET /ORDERS/metadata/identity/oauth2/token/?resource=https://storage.azure.com HTTP/1.1|Metadata: True; IMDS",
                "GET /ORDERS/oauth2/token?resource=https://storage.azure.com HTTP/1.1|Metadata: true; Cloud Shell",
                "POST /ORDERS/oauth2/token HTTP/1.1|Metadata: true|Content-Length: 34||resource=https://storage.azure.com;"
                        + " Cloud Shell",
            })
    void request_inEachForm_getsATokenAndALineInTheLog(String request, String form) throws IOException {
        try (Lender lender = Lender.of(azure)) {
            assertThat(lender.answer(request.replaceFirst("HTTP/1.1", "HTTP/1.1|Host: HOST|Connection: close")))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"access_token\":\"eyJ", "\"expires_in\":\"", "\"expires_on\":\"", "\"resource\":");
            String identity = azure.identities().get(0).clientId();
            assertThat(lender.log.toString())
                    .contains("lent to orders: https://storage.azure.com")
                    .contains(" as " + identity + " until ", "(" + form + ")")
                    .hasLineCount(1);
        }
    }

    @Test
    void request_thatNamesTheLentIdentity_getsIt() throws IOException {
        try (Lender lender = Lender.of(azure)) {
            String named = "azure.com&client_id=" + azure.identities().get(0).clientId() + " ";
            assertThat(lender.answer(APP_SERVICE.replace("azure.com ", named))).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void request_thatNamesAnotherIdentityAndAnyWillDo_getsTheLentOne() throws IOException {
        try (Lender lender = Lender.ofAnyIdentity(azure)) {
            assertThat(lender.answer(APP_SERVICE.replace("azure.com ", "azure.com&client_id=other ")))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void request_byANameThatWasGiven_isAnswered() throws IOException {
        try (Lender lender = Lender.ofAnyIdentity(azure)) {
            String port = lender.host.replaceFirst(".*:", ":");
            assertThat(lender.answer(APP_SERVICE.replace("HOST", "lend" + port)))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(lender.answer(APP_SERVICE.replace("HOST", "host.docker.internal" + port)))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void request_afterTheEnd_isRefused() throws IOException {
        try (Lender lender = Lender.thatHasEnded(azure)) {
            assertThat(lender.answer(APP_SERVICE)).startsWith("HTTP/1.1 403 ").contains("podid lend has ended");
        }
    }

    @Test
    void request_whileNobodyIsSignedIn_isToldSoInTheFormOfItsService() throws IOException {
        try (Lender lender = Lender.ofNobody()) {
            assertThat(lender.answer(APP_SERVICE))
                    .startsWith("HTTP/1.1 400 ")
                    .contains(
                            "\"statusCode\":400",
                            "\"message\":\"podid lend has no token",
                            "Azure CLI",
                            "correlationId");
            assertThat(lender.answer(
                            "GET /ORDERS/metadata/identity/oauth2/token?resource=https://storage.azure.com HTTP/1.1"
                                    + "|Host: HOST|Metadata: true|Connection: close"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\"error\":\"no_token\"", "\"error_description\":\"podid lend has no token");
            assertThat(lender.answer("GET /ORDERS/oauth2/token?resource=https://storage.azure.com HTTP/1.1"
                            + "|Host: HOST|Metadata: true|Connection: close"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\"error\":{\"code\":\"no_token\",\"message\":\"podid lend has no token");
            assertThat(lender.answer(APP_SERVICE + "|User-Agent: azsdk-python-identity/1.23.1 Python/3.13.5"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("\r\n\r\npodid lend has no token to lend", "Azure CLI");
            assertThat(lender.log.toString())
                    .contains("refused orders: podid lend has no token")
                    .hasLineCount(4);
        }
    }
}
