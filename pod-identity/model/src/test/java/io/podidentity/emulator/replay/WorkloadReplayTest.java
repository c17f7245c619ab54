// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.replay.WorkloadReplay.Result;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadReplayTest {

    private static final String CLIENT = "aaaaaaaa-0000-4000-8000-000000000001";
    private static final String SUBJECT = "system:serviceaccount:shop:web";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final String MANIFESTS = """
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: web
          namespace: shop
          annotations:
            azure.workload.identity/client-id: %s
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          namespace: shop
          labels:
            azure.workload.identity/use: "true"
        spec:
          serviceAccountName: web
          containers:
            - name: web
              image: shop/web:1
        """.formatted(CLIENT);

    private static Result play(String manifests, Trusted trusted, String clientId) {
        Cluster cluster = new ManifestReader(Profile.WORKLOAD_IDENTITY)
                .readText("test", manifests)
                .cluster();
        var replay = new WorkloadReplay(cluster, List.of(CLIENT), List.of(), List.of(trusted));
        return replay.play(cluster.pod(new ObjectName("shop", "web")).orElseThrow(), clientId);
    }

    @Test
    void play_whereTheIdentityTrustsTheAccount_givesItsToken() {
        Result result = play(MANIFESTS, new Trusted(CLIENT, SUBJECT, AUDIENCE), "");

        assertThat(result).isEqualTo(new Result(CLIENT, WorkloadReplay.TENANT, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "system:serviceaccount:shop:other, " + AUDIENCE + ", AADSTS700213",
        "system:serviceaccount:shop:Web, " + AUDIENCE + ", AADSTS7002138",
        SUBJECT + ", api://other, AADSTS700212"
    })
    void play_whereTheCredentialIsAnother_saysWhatEntraSays(String subject, String audience, String code) {
        Result result = play(MANIFESTS, new Trusted(CLIENT, subject, audience), "");

        assertThat(result.isToken()).isFalse();
        assertThat(result.text()).startsWith("Entra ID refuses it: " + code).doesNotContain("eyJ");
    }

    @Test
    void play_ofAnIdentityThatIsNotThere_isRefused() {
        Result result = play(MANIFESTS, new Trusted(CLIENT, SUBJECT, AUDIENCE), "bbbbbbbb-0000-4000-8000-000000000002");

        assertThat(result.text()).contains("AADSTS700016");
    }

    @Test
    void play_ofAPodWithoutTheLabel_saysSo() {
        Result result =
                play(MANIFESTS.replace("use: \"true\"", "use: \"false\""), new Trusted(CLIENT, SUBJECT, AUDIENCE), "");

        assertThat(result.text()).isEqualTo("the pod lacks the label azure.workload.identity/use: \"true\"");
    }

    @Test
    void play_ofAnAccountThatIsNotThere_createsNoPod() {
        Result result = play(
                MANIFESTS.replace("serviceAccountName: web", "serviceAccountName: none"),
                new Trusted(CLIENT, SUBJECT, AUDIENCE),
                "");

        assertThat(result.text())
                .contains("the cluster does not create the pod")
                .contains("\"none\" not found");
    }
}
