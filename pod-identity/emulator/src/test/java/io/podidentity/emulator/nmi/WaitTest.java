// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static io.podidentity.emulator.nmi.NmiFixture.body;
import static io.podidentity.emulator.nmi.NmiFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long NMI waits for an identity, and what it says then. */
class WaitTest {

    private static final String TARGET = NmiFixture.TOKEN + "?resource=r";
    private static final String HINT = "Check MIC pod logs for identity assignment errors";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | 403 | no AzureAssignedIdentity found for pod:default/demo in assigned state",
                "1.6.3 | 404 | getting assigned identities for pod default/demo in CREATED state failed after 16 attempts,"
                        + " retry duration [5]s, error: <nil>. " + HINT,
                "1.8.17 | 404 | getting assigned identities for pod default/demo in CREATED state failed after 16 attempts,"
                        + " retry duration [5]s, error: <nil>. " + HINT
            })
    void token_whenNothingIsCreated_failsAfter80Seconds(String version, int status, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(body(answer)).isEqualTo(text + "\n");
            assertThat(answer.headers())
                    .containsEntry("Content-Type", "text/plain; charset=utf-8")
                    .containsEntry("X-Content-Type-Options", "nosniff");
            assertThat(nmi.elapsed()).isEqualTo(Duration.ofSeconds(80));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | no AzureAssignedIdentity found for pod:default/demo in assigned state",
                "1.6.3 | getting assigned identities for pod default/demo in ASSIGNED state failed after 20 attempts,"
                        + " retry duration [5]s, error: <nil>. " + HINT
            })
    void token_whenItIsOnlyCreated_failsAfter100Seconds(String version, String text) {
        try (var nmi = new NmiFixture(Profile.of(version))) {
            nmi.assign(identity("id1", "c1"), State.CREATED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(body(answer)).isEqualTo(text + "\n");
            assertThat(nmi.elapsed()).isEqualTo(Duration.ofSeconds(100));
        }
    }

    @Test
    void token_ofAnUnknownClient_saysWhichWasAskedFor() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);

            Answer answer = nmi.get(TARGET + "&client_id=e0740000-0000-4000-8000-000000000f68");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(body(answer))
                    .isEqualTo("clientID in request: e074##### REDACTED #####0f68, getting assigned identities for pod"
                            + " default/demo in CREATED state failed after 16 attempts, retry duration [5]s, error:"
                            + " <nil>. " + HINT + "\n");
        }
    }

    @Test
    void token_ofAnUnknownResourceId_hasAnEmptyClientIdInTheText() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            assertThat(body(nmi.get(TARGET + "&msi_res_id=/r")))
                    .isEqualTo(
                            "clientID in request: , getting assigned identities for pod default/demo in CREATED state"
                                    + " failed after 16 attempts, retry duration [5]s, error: <nil>. " + HINT + "\n");
        }
    }

    @Test
    void token_ofAClientThatIsOnlyCreated_isNotNamedInTheText() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", "c1"), State.CREATED);

            assertThat(body(nmi.get(TARGET + "&client_id=c1")))
                    .isEqualTo("getting assigned identities for pod default/demo in ASSIGNED state failed after 20"
                            + " attempts, retry duration [5]s, error: <nil>. " + HINT + "\n");
        }
    }

    @Test
    void token_ofAnUnknownClientInManagedMode_failsAtOnce() {
        try (var nmi = new NmiFixture(Profile.MANAGED)) {
            Answer answer = nmi.get(TARGET + "&client_id=e0740000-0000-4000-8000-000000000f68");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(body(answer))
                    .isEqualTo("no azure identity found for request clientID e074##### REDACTED #####0f68\n");
            assertThat(nmi.elapsed()).isZero();
        }
    }

    @Test
    void token_ofAClientInOtherLetterCase_isFoundBefore160Only() {
        try (var old = new NmiFixture(Profile.V1_5_4);
                var last = new NmiFixture(Profile.V1_8_17)) {
            old.assign(identity("id1", "abcdefgh"), State.ASSIGNED);
            last.assign(identity("id1", "abcdefgh"), State.ASSIGNED);

            assertThat(old.get(TARGET + "&client_id=ABCDEFGH").status()).isEqualTo(200);
            Answer answer = last.get(TARGET + "&client_id=ABCDEFGH");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(body(answer))
                    .isEqualTo("no azure identity found for request clientID ABCD##### REDACTED #####EFGH\n");
            assertThat(last.elapsed()).isZero();
        }
    }

    @Test
    void token_whenNoIdentityIsLeftInTheNamespace_breaksNmi() {
        try (var nmi = new NmiFixture(Profile.V1_8_17);
                var old = new NmiFixture(Profile.V1_5_4)) {
            var namespaced = NmiCase.identity(Map.of(
                    "name", "id1",
                    "namespace", "other",
                    "annotations", Map.of("aadpodidentity.k8s.io/Behavior", "namespaced")));
            nmi.assign(namespaced, State.ASSIGNED);
            old.assign(namespaced, State.ASSIGNED);

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(500);
            assertThat(body(answer)).isEqualTo("runtime error: index out of range [0] with length 0\n");
            assertThat(nmi.lines)
                    .anyMatch(line -> line.endsWith(
                            "pod:default/demo has identity id1/other but identity is namespaced" + " will be ignored"))
                    .anyMatch(line -> line.endsWith("res.status=500"));
            Answer earlier = old.get(TARGET);
            assertThat(earlier.status()).isEqualTo(403);
            assertThat(body(earlier)).isEqualTo("azureidentity is not configured for the pod\n");
        }
    }

    @Test
    void token_ofOneOfSeveralIdentities_warnsOfTheChance() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.assign(identity("id1", "c1"), State.ASSIGNED);
            nmi.assign(identity("id2", "c2"), State.ASSIGNED);

            assertThat(nmi.get(TARGET).status()).isEqualTo(200);

            assertThat(nmi.lines)
                    .contains("W0125 09:55:08.123456       1 podid] podid: a cluster takes one of default/id1,"
                            + " default/id2 by chance, this took the first; name one by client_id");
        }
    }

    @Test
    void token_whenTheApiServerIsDown_failsWithItsText() {
        try (var nmi = new NmiFixture(Profile.V1_8_17)) {
            nmi.apiServerIsDown = true;

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(500);
            assertThat(body(answer)).isEqualTo("the server is currently unable to handle the request\n");
        }
    }

    @Test
    void token_ofAPodThatHasEnded_findsNoPod() {
        try (var nmi = new NmiFixture(Profile.V1_5_4)) {
            Pod pod = Pod.of("default", "demo", Map.of());
            nmi.podsAtAddress = List.of(new Pod(pod.metadata(), pod.spec(), pod.owners(), "Succeeded"));

            Answer answer = nmi.get(TARGET);

            assertThat(answer.status()).isEqualTo(500);
            assertThat(body(answer)).isEqualTo("pod list empty\n");
            assertThat(nmi.elapsed()).isEqualTo(Duration.ofMillis(1200));
        }
    }
}
