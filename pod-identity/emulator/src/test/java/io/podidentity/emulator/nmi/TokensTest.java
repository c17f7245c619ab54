// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static io.podidentity.emulator.nmi.NmiFixture.body;
import static io.podidentity.emulator.nmi.NmiFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What NMI asks for tokens, and what it makes of the answers. */
class TokensTest {

    private static final String TARGET = NmiFixture.TOKEN + "?resource=r";
    private static final String URL =
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=c1&resource=r";

    private static Answer reply(int status, String body) {
        return NmiFixture.reply(status, Map.of(), body);
    }

    private static AzureIdentity application(int type, String secret, String namespace, String... auxiliary) {
        return new AzureIdentity(
                Metadata.of("default", "app"),
                type,
                "",
                "c1",
                new SecretReference(secret, namespace),
                "t0",
                List.of(auxiliary),
                "");
    }

    private static Secret secret(String... keysAndValues) {
        var data = new LinkedHashMap<String, byte[]>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            data.put(keysAndValues[i], keysAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return new Secret(Metadata.of("default", "secret"), data);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | adal: Refresh request failed. Status Code = '429'. Response body: slow down",
                "1.6.3 | failed to refresh token, error: adal: Refresh request failed. Status Code = '429'."
                        + " Response body: slow down",
                "1.8.17 | adal: Refresh request failed. Status Code = '429'. Response body: slow down Endpoint " + URL
            })
    void token_whenTheMetadataServiceThrottles_isAskedFor5TimesIn112Seconds(String version, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);
            nmi.replies(call -> reply(429, "slow down"));

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(body(answer)).isEqualTo(text + "\n");
            assertThat(nmi.calls).hasSize(5);
            assertThat(nmi.elapsed()).isEqualTo(Duration.ofSeconds(112));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | 403 | 0 | ''",
                "1.6.3 | 403 | 112 | 'failed to refresh token, error: '",
                "1.8.17 | 503 | 112 | ''"
            })
    void token_whenTheMetadataServiceRefuses_isAskedForByVersion(
            String version, int status, int seconds, String prefix) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);
            nmi.replies(call -> {
                throw new ConnectException("Connection refused");
            });

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(body(answer))
                    .isEqualTo(prefix + "adal: Failed to execute the refresh request. Error = 'Get \"" + URL
                            + "\": dial tcp 169.254.169.254:80: connect: connection refused'\n");
            assertThat(nmi.elapsed()).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | Failed to acquire a token using the MSI VM extension. Error: parameter 'userAssignedID' cannot be"
                        + " empty",
                "1.6.3 | failed to acquire a token using the MSI VM extension, error: parameter 'userAssignedID' cannot be"
                        + " empty"
            })
    void token_ofAnIdentityWithoutClientId_failsBefore186(String version, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(identity("id1", ""), State.ASSIGNED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(body(answer)).isEqualTo(text + "\n");
        }
    }

    @Test
    void token_ofAnIdentityWithoutClientId_isAnyOfTheNodesSince186() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", ""), State.ASSIGNED);

            assertThat(nmi.get(TARGET).status()).isEqualTo(200);

            assertThat(NmiFixture.target(nmi.calls.get(0)))
                    .isEqualTo("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=r");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | 403 | secret | default | secrets \"secret\" not found",
                "1.6.3 | 403 | secret | default | failed to get Kubernetes secret default/secret, err: secrets \"secret\" not"
                        + " found",
                "1.8.17 | 503 | secret | default | failed to get Kubernetes secret default/secret, err: secrets \"secret\" not"
                        + " found",
                "1.8.17 | 503 | '' | '' | failed to get Kubernetes secret /, err: resource name may not be empty",
                "1.8.17 | 503 | secret | '' | failed to get Kubernetes secret /secret, err: an empty namespace may not be set"
                        + " when a resource name is provided"
            })
    void token_ofAnApplicationWithoutSecret_failsByVersion(
            String version, int status, String name, String namespace, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(application(1, name, namespace), State.ASSIGNED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(body(answer)).isEqualTo(text + "\n");
        }
    }

    @Test
    void token_ofAnApplication_presentsTheSecretAndNeverLogsIt() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(application(1, "secret", "default"), State.ASSIGNED);
            nmi.apply(secret("password", "pa ss&word"));

            assertThat(nmi.get(TARGET).status()).isEqualTo(200);

            Request call = nmi.calls.get(0);
            assertThat(call.method()).isEqualTo("POST");
            assertThat(NmiFixture.target(call)).isEqualTo("/t0/oauth2/token?api-version=1.0");
            assertThat(call.text())
                    .isEqualTo("client_id=c1&client_secret=pa+ss%26word&grant_type=client_credentials&resource=r");
            assertThat(nmi.lines)
                    .contains(
                            "I0125 09:55:08.123456       1 standard.go:186] matched identityType:1 adendpoint: tenantid:t0"
                                    + " auxiliaryTenantIDs:[] clientid:c1 resource:r")
                    .noneMatch(line -> line.contains("pa ss"));
        }
    }

    @Test
    void token_ofAnApplicationWithSeveralKeys_takesTheFirstAndNamesAll() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            nmi.assign(application(1, "secret", "default"), State.ASSIGNED);
            nmi.apply(secret("tenant", "no", "password", "yes"));

            assertThat(nmi.get(TARGET).status()).isEqualTo(200);

            assertThat(nmi.calls.get(0).text()).contains("client_secret=yes&");
            assertThat(nmi.lines)
                    .anyMatch(line ->
                            line.contains("level=warning msg=\"podid: secret default/secret has the keys password,"
                                    + " tenant; a cluster takes any of them by chance, this took password; leave the one that is"
                                    + " meant\""));
        }
    }

    @Test
    void token_ofAnApplicationWithAnEmptySecret_namesTheParameter() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(application(1, "secret", "default"), State.ASSIGNED);
            nmi.apply(secret());

            assertThat(body(nmi.get(TARGET))).isEqualTo("parameter 'secret' cannot be empty\n");
        }
    }

    @Test
    void token_ofSeveralTenantsOfWhichOneRefuses_doesNotLookLikeARefusal() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(application(1, "secret", "default", "t1"), State.ASSIGNED);
            nmi.apply(secret("password", "s"));
            nmi.replies(call ->
                    NmiFixture.target(call).startsWith("/t1/") ? reply(400, "no") : reply(200, NmiFixture.TOKEN_JSON));

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(body(answer))
                    .isEqualTo("failed to refresh auxiliary token: adal: Refresh request failed. Status Code = '400'."
                            + " Response body: no Endpoint https://login.microsoftonline.com/t1/oauth2/token"
                            + "?api-version=1.0\n");
        }
    }

    @Test
    void token_byCertificateBefore162_isOfAnUnknownType() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            nmi.assign(application(2, "secret", "default"), State.ASSIGNED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(body(answer)).isEqualTo("unsupported identity type 2\n");
        }
    }

    @Test
    void token_whenTheAnswerIsNoJson_isRefusedWithoutQuotingIt() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);
            nmi.replies(call -> reply(200, "{\"access_token\":\"eyJ0"));

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(body(answer))
                    .isEqualTo("adal: Failed to unmarshal the service principal token during refresh. Error = 'invalid"
                            + " JSON of 21 characters'\n");
        }
    }

    /** As the real NMI 1.8.17 counts: a fetch for several tenants is one, and each look for a pod may fail. */
    @Test
    void metrics_ofSeveralTenantsAndAnUnknownPod_countAsTheRealNmi() {
        try (var fixture = new NmiFixture(Profile.V1_8_17)) {
            fixture.apply(secret("password", "p"));
            fixture.assign(application(1, "secret", "default", "t1", "t2"), State.ASSIGNED);
            fixture.replies(call -> reply(200, NmiFixture.TOKEN_JSON));
            var nmi = new Nmi(
                    fixture.settings,
                    fixture.apiServer(),
                    fixture.services,
                    fixture.clock,
                    Clock.systemUTC(),
                    line -> {});
            Map<String, String> headers = Map.of("Metadata", "true");

            assertThat(nmi.seenFrom(NmiFixture.ADDRESS)
                            .answer(Request.of("GET", TARGET, headers))
                            .status())
                    .isEqualTo(200);
            assertThat(nmi.seenFrom("10.244.9.9:1")
                            .answer(Request.of("GET", TARGET, headers))
                            .status())
                    .isEqualTo(500);

            assertThat(body(nmi.probesAndMetrics().answer(Request.of("GET", "/metrics", Map.of()))))
                    .contains(
                            "aadpodidentity_imds_operations_duration_seconds_count{operation_type=\"adal_token\"} 1\n")
                    .contains(
                            "aadpodidentity_kubernetes_api_operations_errors_count{operation_type=\"get_pod_list\"} 5\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "::bad | failed to create OAuthConfig for tenant '::bad': parse \"::bad\": missing protocol scheme",
                "a,b,c,d | must specify one to three auxiliary tenants"
            })
    void token_withAuxiliaryTenantsThatGoRefuses_isNotAskedFor(String tenants, String text) {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.apply(secret("password", "p"));
            nmi.assign(application(1, "secret", "default", tenants.split(",", -1)), State.ASSIGNED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(body(answer)).isEqualTo(text + "\n");
            assertThat(nmi.calls).isEmpty();
        }
    }
}
