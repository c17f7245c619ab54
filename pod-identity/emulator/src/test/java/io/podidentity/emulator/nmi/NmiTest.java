// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static io.podidentity.emulator.nmi.NmiFixture.body;
import static io.podidentity.emulator.nmi.NmiFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes, headers and log lines, by version. */
class NmiTest {

    private static final String TARGET = NmiFixture.TOKEN + "?resource=r";

    @Test
    void token_in154_needsNoHeaderAndHasTheFieldsOfNmi() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);

            Answer answer = nmi.get(TARGET, Map.of());

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).containsEntry("Content-Type", "application/json");
            assertThat(body(answer))
                    .isEqualTo("{\"access_token\":\"t\",\"refresh_token\":\"\",\"expires_in\":\"3599\","
                            + "\"expires_on\":\"1506484173\",\"not_before\":\"1506480273\",\"resource\":\"r\","
                            + "\"token_type\":\"Bearer\"}");
        }
    }

    @Test
    void token_ofALongText_isChunkedBefore1811() {
        try (var old = new NmiFixture(Profile.V1_6_3);
                var last = new NmiFixture(Profile.V1_8_17)) {
            for (var nmi : new NmiFixture[] {old, last}) {
                nmi.assign(identity("id1", "c1"), State.ASSIGNED);
                nmi.replies(call -> NmiFixture.reply(200, Map.of(), "{\"access_token\":\"" + "t".repeat(3000) + "\"}"));
            }

            assertThat(old.get(TARGET).length()).isEqualTo(-1);
            assertThat(last.get(TARGET).length()).isPositive();
        }
    }

    @Test
    void log_in154_isLogrusWithTheRequestInEachLine() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            nmi.assign(identity("id1", "e0740000-0000-4000-8000-000000000f68"), State.ASSIGNED);

            nmi.get(TARGET);
            nmi.get(NmiFixture.TOKEN + "?resource=");

            String request = " req.method=GET req.path=/metadata/identity/oauth2/token req.remote=10.244.0.9";
            assertThat(nmi.lines)
                    .containsExactly(
                            "time=\"2020-01-25T09:55:08Z\" level=info msg=\"matched identityType:0 clientid:e074#####"
                                    + " REDACTED #####0f68 resource:r\"" + request,
                            "time=\"2020-01-25T09:55:08Z\" level=info msg=\"Status (200) took 0 ns\"" + request,
                            "time=\"2020-01-25T09:55:08Z\" level=warning msg=\"parameter resource cannot be empty\""
                                    + request,
                            "time=\"2020-01-25T09:55:08Z\" level=info msg=\"Status (400) took 0 ns\"" + request);
        }
    }

    @Test
    void log_of1817_isKlogWithItsMisspeltField() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", "e0740000-0000-4000-8000-000000000f68"), State.ASSIGNED);

            nmi.get(TARGET);

            assertThat(nmi.lines)
                    .containsExactly(
                            "I0125 09:55:08.123456       1 standard.go:72] no clientID or resourceID in request."
                                    + " default/demo has been matched with azure identity default/id1",
                            "I0125 09:55:08.123456       1 standard.go:186] matched identityType:0 clientid:e074#####"
                                    + " REDACTED #####0f68 resource:r",
                            "I0125 09:55:08.123456       1 server.go:190] status (200) took 0 ns for req.method=GET"
                                    + " reg.path=/metadata/identity/oauth2/token req.remote=10.244.0.9");
        }
    }

    @Test
    void log_ofSeveralIdentitiesIn154_namesThemInFull() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            nmi.assign(identity("id1", "11111111-client"), State.ASSIGNED);
            nmi.assign(identity("id2", "22222222-client"), State.ASSIGNED);

            assertThat(nmi.get(TARGET + "&client_id=22222222-client").status()).isEqualTo(200);

            assertThat(nmi.lines.get(0))
                    .contains("msg=\"clientid mismatch, requested:22222222-client available:11111111-client\"");
        }
    }

    @ParameterizedTest
    @CsvSource({"1.5.4,200,application/json", "1.6.3,200,application/json", "1.8.17,404,text/x-imds"})
    void proxy_ofAnUnknownPath_handsStatusBackSince172(String version, int status, String type) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.replies(call ->
                    NmiFixture.reply(404, Map.of("Content-Type", "text/x-imds", "Content-Length", "4"), "none"));

            Answer answer = nmi.get("/metadata/Identity/oauth2/token?a=b");

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers()).containsEntry("Content-Type", type).doesNotContainKey("Content-Length");
            assertThat(body(answer)).isEqualTo("none");
            assertThat(nmi.calls.get(0).method()).isEqualTo("GET");
            assertThat(NmiFixture.target(nmi.calls.get(0))).isEqualTo("/metadata/Identity/oauth2/token?a=b");
        }
    }

    /** Go drops a pair with a semicolon from 1.17 on, and took it for a separator before. */
    @ParameterizedTest
    @CsvSource({"1.5.4, 200", "1.6.3, 200", "1.8.17, 400", "managed, 400"})
    void resource_withASemicolon_isDroppedByTheLaterGo(String version, int status) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);

            assertThat(nmi.get(NmiFixture.TOKEN + "?resource=a;b").status()).isEqualTo(status);
        }
    }

    @Test
    void path_withDoubledSlashes_isRedirectedAsGoDoes() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            Answer answer = nmi.get("//metadata/./identity/oauth2//token/?resource=r");

            assertThat(answer.status()).isEqualTo(301);
            assertThat(answer.headers()).containsEntry("Location", "/metadata/identity/oauth2/token/?resource=r");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.5.4,/metadata/instance,403",
        "1.5.4,/metadata/instance/compute,200",
        "1.5.4,/Metadata/instance,200",
        "1.8.17,/metadata/instance,403",
        "1.8.17,/Metadata/instance/compute,403"
    })
    void instance_whenBlocked_leaksIn154(String version, String path, int status) {
        var settings = NmiSettings.of(Profile.of(version)).withBlockInstanceMetadata(true);
        try (var nmi = new NmiFixture(settings)) {
            nmi.replies(call -> NmiFixture.reply(200, Map.of(), "{}"));

            assertThat(nmi.get(path).status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | 10.244.0.9:1 | '' | 400 | missing 'podname' and 'podns' from request header",
                "1.5.4 | 127.0.0.1:1 | '' | 400 | missing 'podname' and 'podns' from request header",
                "1.8.17 | 10.244.0.9:1 | '' | 400 | missing 'podname' and 'podns' from request header",
                "1.8.17 | 10.244.0.9:1 | demo | 500 | request remote address is not from a host",
                "1.8.17 | 127.0.0.1:1 | demo | 400 | parameter resource cannot be empty"
            })
    void hostToken_withAFlaw_namesTheFirstOfTheVersion(
            String version, String address, String pod, int status, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            Map<String, String> headers = pod.isEmpty() ? Map.of() : Map.of("podns", "default", "podname", pod);

            Answer answer = nmi.from(address, "/host/token", headers);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(body(answer)).isEqualTo(text + "\n");
        }
    }
}
