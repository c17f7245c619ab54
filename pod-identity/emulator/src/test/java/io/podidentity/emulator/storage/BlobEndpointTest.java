// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlobEndpointTest {

    private static final String STORAGE = "https://storage.azure.com/";
    private static final String VERSION = "2026-10-06";
    private static final AtomicReference<Instant> NOW = new AtomicReference<>(Instant.parse("2026-11-24T12:00:00Z"));

    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder()
                .clock(new SettableClock())
                .identity(new ManagedIdentity("reader", "c1", "o1"))
                .blob("c", "digits", "text/plain", "0123456789".getBytes(StandardCharsets.UTF_8))
                .blob("c", "odd \u0001 name", "text/plain", new byte[0])
                .blob("c", "<&>", "text/plain", new byte[0])
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @ParameterizedTest
    @CsvSource({"''", "/c", "/c/b.txt"})
    void accountInformation_atAnyAddress_isThatOfTheAccount(String path) throws Exception {
        var answer = get(path + "?restype=account&comp=properties", token(STORAGE));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-ms-sku-name")).contains("Standard_LRS");
        assertThat(answer.headers().firstValue("x-ms-account-kind")).contains("StorageV2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://storage.azure.com",
                "https://storage.azure.com/",
                "https://devstoreaccount1.blob.core.windows.net",
                "https://devstoreaccount1.blob.core.windows.net/",
                "e406a681-f3d4-42a8-90b6-c2b029497af1"
            })
    void get_withATokenForStorage_answers(String audience) throws Exception {
        HttpResponse<String> answer = get("/c/digits", token(audience));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("0123456789");
        assertThat(answer.headers().firstValue("Content-MD5")).contains(md5());
        assertThat(answer.headers().firstValue("Last-Modified")).contains("Tue, 24 Nov 2026 12:00:00 GMT");
        assertThat(answer.headers().firstValue("x-ms-version")).contains(VERSION);
        assertThat(answer.headers().firstValue("x-ms-request-id")).isPresent();
    }

    @Test
    void get_withoutAToken_challenges() throws Exception {
        HttpResponse<String> answer = client.get(azure.storage() + "/c/digits", "x-ms-version", VERSION);

        assertError(answer, 401, "NoAuthenticationInformation");
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer authorization_uri=" + azure.entra() + "/" + azure.tenantId()
                        + "/oauth2/authorize resource_id=https://storage.azure.com");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-10-06, 401, InvalidAuthenticationInfo",
        "2019-12-12, 401, InvalidAuthenticationInfo",
        "2019-07-07, 403, AuthenticationFailed"
    })
    void get_withATokenForAnother_refusesAsThatVersionDoes(String version, int status, String code) throws Exception {
        HttpResponse<String> answer = client.get(
                azure.storage() + "/c/digits",
                "Authorization",
                "Bearer " + token("https://management.azure.com/"),
                "x-ms-version",
                version);

        assertError(answer, status, code);
        assertThat(answer.body()).contains("Audience validation failed. Audience did not match.");
    }

    @Test
    void get_withATokenThatEntraHasNotSigned_refuses() throws Exception {
        String ofTheCluster = azure.serviceAccountToken("default", "reader", Duration.ofHours(1), STORAGE);
        HttpResponse<String> refused = get("/c/digits", ofTheCluster);
        assertError(refused, 401, "InvalidAuthenticationInfo");
        assertThat(refused.body()).contains("Signature validation failed.");
        assertError(get("/c/digits", "nonsense"), 401, "InvalidAuthenticationInfo");
    }

    @Test
    void get_outsideTheTokensLife_refuses() throws Exception {
        Instant before = NOW.get();
        try {
            String token = token(STORAGE);
            NOW.set(before.plus(Duration.ofHours(24)));
            assertThat(get("/c/digits", token).body()).contains("Lifetime validation failed. The token is expired.");
            NOW.set(before.minusSeconds(301));
            assertThat(get("/c/digits", token).body()).contains("Lifetime validation failed.<");
        } finally {
            NOW.set(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=2-4, 206, 234, bytes 2-4/10",
        "bytes=7-, 206, 789, bytes 7-9/10",
        "bytes=7-99, 206, 789, bytes 7-9/10",
        "lines=1-2, 200, 0123456789, ''"
    })
    void get_withARange_givesThatPart(String range, int status, String body, String contentRange) throws Exception {
        HttpResponse<String> answer = get("/c/digits", token(STORAGE), "x-ms-range", range);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("Content-Range").orElse("")).isEqualTo(contentRange);
    }

    @Test
    void get_withARangeBehindTheEnd_isInvalid() throws Exception {
        HttpResponse<String> answer = get("/c/digits", token(STORAGE), "Range", "bytes=10-12");
        assertError(answer, 416, "InvalidRange");
        assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */10");
    }

    @Test
    void get_withConditions_keepsThem() throws Exception {
        String token = token(STORAGE);
        String etag = get("/c/digits", token).headers().firstValue("ETag").orElseThrow();

        assertThat(get("/c/digits", token, "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get("/c/digits", token, "If-None-Match", "\"0x0\"").statusCode())
                .isEqualTo(200);
        assertThat(get("/c/digits", token, "If-Match", etag).statusCode()).isEqualTo(200);
        assertError(get("/c/digits", token, "If-Match", "\"0x0\""), 412, "ConditionNotMet");
        assertThat(get("/c/digits", token, "If-Modified-Since", "Tue, 24 Nov 2026 12:00:00 GMT")
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void head_always_hasTheLengthAndNoBody() throws Exception {
        HttpResponse<String> answer = client.send(
                "HEAD",
                azure.storage() + "/c/digits",
                "Authorization",
                "Bearer " + token(STORAGE),
                "x-ms-version",
                VERSION);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Content-Length")).contains("10");
    }

    @Test
    void list_withOddNames_escapesThem() throws Exception {
        assertThat(get("/c?restype=container&comp=list", token(STORAGE)).body())
                .contains("<Name>&lt;&amp;&gt;</Name>", "<Name Encoded=\"true\">odd%20%01%20name</Name>");
    }

    @ParameterizedTest
    @CsvSource({
        "/c?restype=container&comp=list&maxresults=0, OutOfRangeQueryParameterValue",
        "/c?restype=container&comp=list&maxresults=many, InvalidQueryParameterValue",
        "/c?restype=container&comp=list&marker=!, InvalidQueryParameterValue",
        "/c?restype=container&comp=list&prefix=%01, InvalidQueryParameterValue",
        "/c?restype=container&comp=dance, InvalidQueryParameterValue",
        "/c/digits?comp=dance, InvalidQueryParameterValue",
        "/c, InvalidUri"
    })
    void get_withABadQuery_isRefused(String target, String code) throws Exception {
        assertError(get(target, token(STORAGE)), 400, code);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /c/digits, x-ms-copy-source, the header x-ms-copy-source",
        "GET, /c/digits, x-ms-if-tags, the header x-ms-if-tags",
        "GET, /c/digits?snapshot=2026-11-24T12:00:00.0000000Z, x-ms-date, the parameter snapshot",
        "GET, /c/digits?versionid=1, x-ms-date, the parameter versionid",
        "PUT, /c/digits?comp=lease, x-ms-date, the operation comp=lease",
        "GET, /?restype=service&comp=properties, x-ms-date, the service's properties"
    })
    void reader_whoAsksForWhatIsNotPlayed_isRefusedByName(String method, String target, String header, String named)
            throws Exception {
        HttpResponse<String> answer = client.send(
                method,
                azure.storage() + target,
                "Authorization",
                "Bearer " + token(STORAGE),
                "x-ms-version",
                VERSION,
                header,
                "x");

        assertError(answer, 501, "NotImplemented");
        assertThat(answer.body()).contains("podid does not play " + named + ". Use Azurite with podid's tokens");
    }

    private static String md5() throws Exception {
        byte[] digest =
                java.security.MessageDigest.getInstance("MD5").digest("0123456789".getBytes(StandardCharsets.UTF_8));
        return java.util.Base64.getEncoder().encodeToString(digest);
    }

    private static void assertError(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("x-ms-error-code")).contains(code);
        assertThat(answer.body()).contains("<Code>" + code + "</Code>");
    }

    private static HttpResponse<String> get(String target, String token, String... headers) throws Exception {
        var all = new ArrayList<>(List.of("Authorization", "Bearer " + token, "x-ms-version", VERSION));
        all.addAll(List.of(headers));
        return client.get(azure.storage() + target, all.toArray(String[]::new));
    }

    private static String token(String resource) throws Exception {
        var answer = client.get(
                azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + resource,
                "Metadata",
                "true");
        return (String) Client.json(answer).get("access_token");
    }

    private static final class SettableClock extends Clock {
        @Override
        public Instant instant() {
            return NOW.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
