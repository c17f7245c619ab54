// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.podidentity.testsupport.Client;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a forger sends in place of an assertion or a token: each is refused in Entra ID's or Azure's own words. */
@Timeout(60)
class HostileAssertionsTest {

    private static final String CLIENT = "c0ffee00-0000-4000-8000-000000000001";
    private static final String ISSUER = "https://cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:demo:demo";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String RS256 = "{\"alg\":\"RS256\"}";

    private static PodIdentityEmulator azure;
    private static Client client;
    private static RSAKey right;
    private static RSAKey stranger;

    @BeforeAll
    static void start() throws Exception {
        right = TestKeys.rsa("cluster");
        stranger = TestKeys.rsa("stranger");
        azure = PodIdentityEmulator.builder()
                .application(CLIENT, "0b1ec700-0000-4000-8000-000000000001", "right-secret")
                .federatedCredential(CLIENT, ISSUER, SUBJECT, AUDIENCE)
                .issuerKey(ISSUER, right.toRSAPublicKey())
                .certificate(CLIENT, EntraTest.certificate(right))
                .blob("samples", "hello.txt", "text/plain", "Hello".getBytes(UTF_8))
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    /** So that a refusal below is one of what was forged, and of nothing else. */
    @Test
    void assertion_thatIsNotForged_isAccepted() throws Exception {
        assertThat(exchange(signed(RS256, claims(""), right)).statusCode()).isEqualTo(200);
        assertThat(exchange(signed(RS256, own(""), right)).statusCode()).isEqualTo(200);
    }

    static Stream<Arguments> forged() throws Exception {
        String claims = claims("");
        String good = signed(RS256, claims, right);
        String signature = good.substring(good.lastIndexOf('.') + 1);
        var unsigned = encoded("{\"alg\":\"none\"}") + "." + encoded(claims) + ".";
        var mac = new MACSigner(right.toRSAPublicKey().getEncoded());
        String embedded = "{\"alg\":\"RS256\",\"jwk\":" + stranger.toPublicJWK() + "}";
        return Stream.of(
                forgery("alg none", unsigned, 50027),
                forgery("alg none, with a signature", unsigned + signature, 50027),
                forgery("alg nOnE", encoded("{\"alg\":\"nOnE\"}") + "." + encoded(claims) + ".", 50027),
                forgery("the public key as a shared secret", signed("{\"alg\":\"HS256\"}", claims, mac), 50013),
                forgery("another algorithm's name", "x" + good.substring(1), 50027),
                forgery("no signature", good.substring(0, good.lastIndexOf('.') + 1), 50027),
                forgery("other claims", encoded(RS256) + "." + encoded(claims(",\"x\":1")) + "." + signature, 50013),
                forgery("a key in the header", signed(embedded, claims, stranger), 50013),
                forgery("a certificate in the header", signed(chain(), claims, stranger), 50013),
                forgery("a kid that is a path", signed(kid("../../../../dev/null"), claims, stranger), 50013),
                forgery("a kid that is SQL", signed(kid("x' UNION SELECT 'key"), claims, stranger), 50013),
                forgery("a curve in place of RSA", onACurve(claims), 50013),
                forgery("a signature of zeros", zeros(claims), 50013),
                forgery("an extension that must be understood", signed(critical(), claims, right), 50013),
                forgery(
                        "unencoded claims",
                        signed("{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}", claims, right),
                        50013),
                forgery("a token that Entra ID gave", accessToken(), 700211),
                forgery(
                        "another issuer",
                        signed(RS256, claims("").replace(ISSUER, "https://evil.example/"), right),
                        700211),
                forgery("an issuer twice", signed(RS256, claims(",\"iss\":\"https://evil.example/\""), right), 50027),
                forgery("a subject twice", signed(RS256, claims(",\"sub\":\"x\""), right), 50027),
                forgery("no end", signed(RS256, claims("").replace("exp", "pxe"), right), 700024),
                forgery("an end in words", signed(RS256, end("\"never\""), right), 50027),
                forgery("an end in the past", signed(RS256, end("1"), right), 700024),
                forgery("a beginning in the future", signed(RS256, claims(",\"nbf\":32503680000"), right), 700024),
                forgery(
                        "an audience among strange things",
                        signed(RS256, claims("").replace("\"" + AUDIENCE + "\"", "[{},1]"), right),
                        50027),
                forgery("claims that are a list", signed(RS256, "[" + claims + "]", right), 50027),
                forgery("claims that are null", signed(RS256, "null", right), 50027),
                forgery("claims that are deep", signed(RS256, claims(",\"x\":" + "[".repeat(50_000)), right), 50027),
                forgery(
                        "a header that is deep",
                        encoded("{\"alg\":\"RS256\",\"x\":" + "{\"x\":".repeat(50_000)) + ".e30.e30",
                        50027),
                forgery("five parts", good + ".e30.e30", 50027),
                forgery("no parts", "..", 50027),
                forgery("many dots", ".".repeat(100_000), 50027),
                forgery("most of a megabyte", good + "A".repeat(900_000), 50013),
                forgery(
                        "its own certificate for another subject",
                        signed(RS256, own("").replace("\"sub\":\"" + CLIENT, "\"sub\":\"other"), right),
                        700021),
                forgery(
                        "its own certificate for a host like Entra ID's",
                        signed(RS256, own(".evil.example"), right),
                        700023),
                forgery("its own certificate, the key of elsewhere", signed(RS256, own(""), stranger), 700027));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forged")
    void assertion_thatIsForged_isRefused(String what, String assertion, int number) throws Exception {
        HttpResponse<String> answer = exchange(assertion);

        assertThat(answer.statusCode()).isIn(400, 401);
        assertThat(Client.json(answer))
                .containsEntry("error_codes", List.of((long) number))
                .doesNotContainKey("access_token");
    }

    /** The header says where the key is; whoever asks there trusts who wrote the header. */
    @Test
    void assertion_withTheAddressOfItsKeys_asksNobody() throws Exception {
        try (var elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://localhost:" + elsewhere.getLocalPort() + "/keys";
            String header = "{\"alg\":\"RS256\",\"jku\":\"" + url + "\",\"x5u\":\"" + url + "\"}";

            assertThat(exchange(signed(header, claims(""), stranger)).statusCode())
                    .isEqualTo(401);
            elsewhere.setSoTimeout(1);
            assertThat(accepted(elsewhere)).isFalse();
        }
    }

    @Test
    void assertion_withEscapesAndMarkup_isToldWithoutThem() throws Exception {
        String iss = "https://\\u001b[2J\\u202e<script>alert(1)</script>\\r\\nSet-Cookie: a=b/";
        HttpResponse<String> answer = exchange(signed(RS256, claims("").replace(ISSUER, iss), right));

        assertThat(Client.json(answer)).containsEntry("error_codes", List.of(700211L));
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(answer.body().chars()).noneMatch(c -> c < ' ' || c == 0x7f);
    }

    static Stream<Arguments> forgedTokens() throws Exception {
        String good = accessToken();
        String[] parts = good.split("\\.", -1);
        String claims = Base64URL.from(parts[1]).decodeToString();
        String kid = "{\"alg\":\"RS256\",\"kid\":\"" + key().getKeyID() + "\"}";
        var mac = new MACSigner(key().toRSAPublicKey().getEncoded());
        return Stream.of(
                Arguments.of("alg none", encoded("{\"alg\":\"none\"}") + "." + parts[1] + "."),
                Arguments.of("no signature", parts[0] + "." + parts[1] + "."),
                Arguments.of("the public key as a shared secret", signed("{\"alg\":\"HS256\"}", claims, mac)),
                Arguments.of("another key under the same kid", signed(kid, claims, stranger)),
                Arguments.of(
                        "another identity",
                        parts[0] + "." + encoded(claims.replace("\"oid\"", "\"x\":1,\"oid\"")) + "." + parts[2]),
                Arguments.of("deep claims", signed(RS256, "{\"x\":" + "[".repeat(10_000), stranger)),
                Arguments.of("nothing", ""),
                Arguments.of("dots", "..."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgedTokens")
    void token_thatIsForged_opensNothing(String what, String token) throws Exception {
        HttpResponse<String> answer = client.get(
                azure.storage() + "/samples/hello.txt",
                "Authorization",
                "Bearer " + token,
                "x-ms-version",
                "2024-11-04");

        assertThat(answer.statusCode()).isIn(401, 403);
        assertThat(answer.body()).doesNotContain("Hello");
    }

    private static Arguments forgery(String what, String assertion, int number) {
        return Arguments.of(what, assertion, number);
    }

    private static String claims(String more) {
        return claims(ISSUER, SUBJECT, AUDIENCE, more);
    }

    private static String own(String afterTheHost) {
        return claims(CLIENT, CLIENT, azure.entra() + afterTheHost + "/" + azure.tenantId() + "/oauth2/v2.0/token", "");
    }

    private static String claims(String issuer, String subject, String audience, String more) {
        return "{\"iss\":\"" + issuer + "\",\"sub\":\"" + subject + "\",\"aud\":\"" + audience + "\",\"exp\":"
                + Instant.now().plus(Duration.ofMinutes(10)).getEpochSecond() + more + "}";
    }

    private static String end(String value) {
        return claims("").replaceAll("\"exp\":\\d+", "\"exp\":" + value);
    }

    private static String kid(String kid) {
        return "{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}";
    }

    private static String critical() {
        return "{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}";
    }

    private static String chain() throws Exception {
        String certificate = Base64.getEncoder()
                .encodeToString(EntraTest.certificate(stranger).getEncoded());
        return "{\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}";
    }

    private static String onACurve(String claims) throws JOSEException, ParseException {
        return signed("{\"alg\":\"ES256\"}", claims, new ECDSASigner(new ECKeyGenerator(Curve.P_256).generate()));
    }

    /** Which some implementations of ECDSA take for a signature of anything. */
    private static String zeros(String claims) {
        return encoded("{\"alg\":\"ES256\"}") + "." + encoded(claims) + "." + Base64URL.encode(new byte[64]);
    }

    private static String signed(String header, String claims, RSAKey key) throws JOSEException, ParseException {
        return signed(header, claims, new RSASSASigner(key));
    }

    /** Signs any text, JSON or not, which the library's own builders would not. */
    private static String signed(String header, String claims, JWSSigner signer) throws JOSEException {
        String input = encoded(header) + "." + encoded(claims);
        JWSAlgorithm algorithm = header.contains("HS256")
                ? JWSAlgorithm.HS256
                : header.contains("ES256") ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256;
        return input + "." + signer.sign(new JWSHeader(algorithm), input.getBytes(UTF_8));
    }

    private static String encoded(String text) {
        return Base64URL.encode(text).toString();
    }

    /** The key with which the emulator signs. */
    private static RSAKey key() throws Exception {
        String keys = client.get(azure.entra() + "/" + azure.tenantId() + "/discovery/v2.0/keys")
                .body();
        return JWKSet.parse(keys).getKeys().get(0).toRSAKey();
    }

    private static String accessToken() throws Exception {
        return (String) Client.json(exchange(signed(RS256, claims(""), right))).get("access_token");
    }

    private static boolean accepted(ServerSocket server) throws IOException {
        try {
            server.accept().close();
            return true;
        } catch (SocketTimeoutException nobody) {
            return false;
        }
    }

    private static HttpResponse<String> exchange(String assertion) throws Exception {
        return client.post(
                azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type", "client_credentials",
                        "client_id", CLIENT,
                        "scope", "https://storage.azure.com/.default",
                        "client_assertion", assertion,
                        "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    }
}
