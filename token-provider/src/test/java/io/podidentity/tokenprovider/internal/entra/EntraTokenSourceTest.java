// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntraTokenSourceTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://vault.azure.net").withDeadline(Duration.ofSeconds(30));
    private static final String SUCCESS = "{\"access_token\":\"opaque\",\"expires_in\":3599}";

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();

    @Test
    void acquire_withASecret_sendsThisForm() throws Exception {
        http.answers(200, SUCCESS);

        source(Map.of()).acquire(REQUEST);

        assertThat(http.requests().get(0).form())
                .isEqualTo("grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fvault.azure.net%2F.default"
                        + "&client_secret=s%26%3D+%2B%2520");
    }

    @ParameterizedTest
    @CsvSource({
        "https://login.microsoftonline.us, , https://login.microsoftonline.us/t/oauth2/v2.0/token",
        "https://login.chinacloudapi.cn/, , https://login.chinacloudapi.cn/t/oauth2/v2.0/token",
        "https://login.sovcloud-identity.fr, , https://login.sovcloud-identity.fr/t/oauth2/v2.0/token",
        ", westeurope, https://westeurope.login.microsoft.com/t/oauth2/v2.0/token",
        ", AutoDiscoverRegion, https://login.microsoftonline.com/t/oauth2/v2.0/token",
        "https://LOGIN.windows.net, westeurope, https://westeurope.login.microsoft.com/t/oauth2/v2.0/token",
        "https://login.microsoftonline.us, usgovvirginia,"
                + " https://usgovvirginia.login.microsoftonline.us/t/oauth2/v2.0/token",
    })
    void acquire_inAnyCloudAndRegion_asksThere(String host, String region, String url) throws Exception {
        http.answers(200, SUCCESS);
        Environment environment = Environment.of(Map.of())
                .with("AZURE_AUTHORITY_HOST", host)
                .with("AZURE_REGIONAL_AUTHORITY_NAME", region);

        source(environment.variables()).acquire(REQUEST);

        assertThat(http.requests()).extracting(HttpRequest::url).containsExactly(url);
    }

    @Test
    void authority_ofARegion_keepsTheGlobalAudience() {
        EntraAuthority authority =
                EntraAuthority.of(Environment.of(Map.of("AZURE_REGIONAL_AUTHORITY_NAME", "westeurope")));

        assertThat(authority.audience("t")).isEqualTo("https://login.microsoftonline.com/t/oauth2/v2.0/token");
    }

    @ParameterizedTest
    @CsvSource({
        "http://login.microsoftonline.com, is not an https URL",
        "httpsx://login.microsoftonline.com, is not an https URL",
        "https://user:hunter2@h, 'must be a host and no user, query or fragment'",
        "https://h?x=hunter2, 'must be a host and no user, query or fragment'",
        "https://h#hunter2, 'must be a host and no user, query or fragment'",
        "https:///path, names no host",
        "https://h hunter2, is no URL",
    })
    void authority_thatIsNone_isRefusedAndNotShown(String host, String problem) {
        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> EntraAuthority.of(host, "AZURE_AUTHORITY_HOST"));

        assertThat(failure)
                .hasMessage("AZURE_AUTHORITY_HOST " + problem
                        + ". Correct it, such as https://login.microsoftonline.com/.");
    }

    @Test
    void authority_ofARegionThatIsNone_isRefused() {
        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> EntraAuthority.of(Environment.of(Map.of("AZURE_REGIONAL_AUTHORITY_NAME", "evil.example/"))));

        assertThat(failure)
                .hasMessage("AZURE_REGIONAL_AUTHORITY_NAME is not a region."
                        + " Correct it, such as westeurope, or unset it.");
    }

    @Test
    void acquire_ofAnotherTenant_needsLeave() {
        assertThat(failure(new EntraTenants("t", List.of()), REQUEST.withTenantId("t2")))
                .hasMessage("the tenant t2 is not the application's own. Add it to AZURE_ADDITIONALLY_ALLOWED_TENANTS"
                        + " if it is meant, and unset AZURE_IDENTITY_DISABLE_MULTITENANTAUTH.");
        assertThat(failure(EntraTenants.allowAny("a/b"), REQUEST))
                .hasMessage("the tenant has a character other than letters, digits, '.' and '-'."
                        + " Use the tenant's ID or domain.");
        assertThat(http.requests()).isEmpty();
    }

    @Test
    void acquire_withAnotherClientId_isUnavailable() throws Exception {
        assertThat(source(Map.of()).acquire(REQUEST.withClientId("other")))
                .isEqualTo(new Unavailable("the request names another client ID than c", ""));
        http.answers(200, SUCCESS);
        assertThat(source(Map.of()).acquire(REQUEST.withClientId("C"))).isInstanceOf(Acquired.class);
    }

    @Test
    void acquire_withAChallenge_addsTheCapability() throws Exception {
        http.answers(200, SUCCESS);
        String challenge = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\\\"\"},"
                + "\"xms_cc\":{\"values\":[\"a\"]}},\"id_token\":null,\"n\":1.50}";

        source(Map.of()).acquire(REQUEST.withClaims(challenge));
        source(Map.of()).acquire(REQUEST.withClaims("{\"access_token\":{\"xms_cc\":{\"values\":[\"CP1\"]}}}"));
        source(Map.of()).acquire(REQUEST.withCaeEnabled(true));
        source(Map.of()).acquire(REQUEST);

        assertThat(http.requests())
                .extracting(request -> Forms.field(request, "claims"))
                .containsExactly(
                        "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\\\"\"},"
                                + "\"xms_cc\":{\"values\":[\"a\",\"CP1\"]}},\"id_token\":null,\"n\":1.50}",
                        "{\"access_token\":{\"xms_cc\":{\"values\":[\"CP1\"]}}}",
                        "{\"access_token\":{\"xms_cc\":{\"values\":[\"CP1\"]}}}",
                        null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "[]", "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==", "{\"access_token\":1}"})
    void acquire_withClaimsThatAreNone_isRefusedWithoutARequest(String claims) {
        assertThat(failure(EntraTenants.allowAny("t"), REQUEST.withClaims(claims)))
                .hasMessage("the claims are not a JSON object. Decode the challenge's Base64 first.");
        assertThat(http.requests()).isEmpty();
    }

    @Test
    void acquire_whileEntraIsBusy_obeysRetryAfter() throws Exception {
        http.answers(429, "{}", "7").answers(503, "").answers(200, SUCCESS);

        assertThat(source(Map.of()).acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThat(time.sleeps().get(0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(time.sleeps().get(1)).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(1_760));
    }

    @ParameterizedTest
    @ValueSource(ints = {501, 505})
    void acquire_whenNoRetryCanHelp_failsAtOnce(int status) {
        http.answers(status, "<html>");

        assertThat(failure(EntraTenants.allowAny("t"), REQUEST)).hasMessage("HTTP " + status);
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whileEntraIsDown_saysSoAndKeepsRetryAfter() {
        http.answers(503, "{\"error\":\"temporarily_unavailable\",\"suberror\":\"busy\"}", "60");

        TokenAcquisitionException failure = failure(EntraTenants.allowAny("t"), REQUEST);

        assertThat(failure).hasMessage("HTTP 503 \"temporarily_unavailable\" (busy). Try again in a minute.");
        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(60));
    }

    @Test
    void acquire_withoutAnAnswer_saysWhatHappened() {
        assertThat(unanswered(new UnknownHostException("x")))
                .hasMessage("the host of https://login.microsoftonline.com is unknown."
                        + " Allow egress to https://login.microsoftonline.com, or set HTTPS_PROXY or https.proxyHost.");
        assertThat(unanswered(new SocketTimeoutException("x")))
                .hasMessage("no answer from https://login.microsoftonline.com within 15.0 s."
                        + " Allow egress to https://login.microsoftonline.com, or set HTTPS_PROXY or https.proxyHost.");
    }

    @Test
    void acquire_whenTheCertificateIsOutOfDate_saysSoAtOnce() {
        SSLHandshakeException distrust = new SSLHandshakeException("PKIX path validation failed");
        distrust.initCause(new CertificateException(new CertificateExpiredException("NotAfter: x")));
        http.fails(distrust);

        TokenAcquisitionException failure = failure(EntraTenants.allowAny("t"), REQUEST);

        assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
        assertThat(failure)
                .hasMessage("the certificate of https://login.microsoftonline.com is not valid at this time."
                        + " Compare this machine's clock; if it is right, the certificate must be renewed.");
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void acquire_whenSomethingElseAnswers_saysSo() {
        http.answers(200, "<html>Sign in to the hotel's network</html>");

        assertThat(failure(EntraTenants.allowAny("t"), REQUEST))
                .hasMessage("https://login.microsoftonline.com/t answered HTTP 200 not JSON"
                        + " (an unexpected character, at character 0)."
                        + " Check what answers at https://login.microsoftonline.com.");
    }

    @Test
    void acquire_withAnAssertion_asksForANewOneEachTime() throws Exception {
        http.answers(200, SUCCESS);
        String[] next = {"first", " second\n"};
        int[] asked = {0};
        TokenSource source = source(new ClientAssertion(ClientAssertion.suppliedBy(() -> next[asked[0]++])));

        source.acquire(REQUEST);
        source.acquire(REQUEST);

        assertThat(http.requests())
                .extracting(request -> Forms.field(request, "client_assertion"))
                .containsExactly("first", "second");
    }

    @Test
    void acquire_whenTheSupplierFails_saysHowAndNotWhat() {
        assertThat(unsupplied(() -> {
                    throw new IllegalStateException("hunter2");
                }))
                .hasMessage("the supplier of assertions threw java.lang.IllegalStateException. Fix the supplier.")
                .hasNoCause();
        assertThat(unsupplied(() -> null)).hasMessage("the supplier of assertions returned none. Fix the supplier.");
        assertThat(unsupplied(() -> " ")).hasMessage("the supplier of assertions returned none. Fix the supplier.");
    }

    private TokenAcquisitionException unsupplied(Supplier<String> supplier) {
        return catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source(new ClientAssertion(ClientAssertion.suppliedBy(supplier)))
                        .acquire(REQUEST));
    }

    private TokenAcquisitionException unanswered(IOException e) {
        FakeTransport silent = new FakeTransport().fails(e);
        TokenSource source = new EntraTokenSource(
                "Client secret",
                new EntraClient(EntraAuthority.of(null, "none"), null, silent, time),
                EntraTenants.allowAny("t"),
                "c",
                new ClientSecret(new Secret("hunter2")));
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(REQUEST));
    }

    private TokenAcquisitionException failure(EntraTenants tenants, TokenRequest request) {
        TokenSource source = new EntraTokenSource(
                "Client secret", client(Map.of()), tenants, "c", new ClientSecret(new Secret("hunter2")));
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(request));
    }

    private TokenSource source(Map<String, String> variables) {
        return new EntraTokenSource(
                "Client secret",
                client(variables),
                EntraTenants.allowAny("t"),
                "c",
                new ClientSecret(new Secret("s&= +%20")));
    }

    private TokenSource source(EntraCredential credential) {
        return new EntraTokenSource("Client assertion", client(Map.of()), EntraTenants.allowAny("t"), "c", credential);
    }

    private EntraClient client(Map<String, String> variables) {
        return new EntraClient(EntraAuthority.of(Environment.of(variables)), null, http, time);
    }
}
