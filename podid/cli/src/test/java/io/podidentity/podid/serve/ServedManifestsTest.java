// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.podid.input.ProfileOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ServedManifestsTest {

    private static final String POD =
            "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {aadpodidbinding: %s}}}\n";

    @TempDir
    private Path folder;

    private ServedManifests manifests;

    @BeforeEach
    void serve() throws Exception {
        Files.writeString(folder.resolve("binding.yaml"), """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: a}
                spec:
                  resourceID: /subscriptions/s/resourcegroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a
                  clientID: c
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentityBinding
                metadata: {name: b}
                spec: {azureIdentity: a, selector: demo}
                """);
        Files.writeString(folder.resolve("pod.yaml"), POD.formatted("other"));
        manifests = ServedManifests.read(
                List.of(folder.toString()),
                CommandLine.populateCommand(new ProfileOptions(), "--profile", "1.5.4"),
                Optional.empty());
    }

    /** Entra ID compares subjects with their letter case, and what is printed is what it answers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "system:serviceaccount:shop:app | shop/app gets a token of client ID 21111111-1111-4111-8111-111111111111",
                "system:serviceaccount:shop:App | shop/app gets no token: Entra ID refuses it: AADSTS7002138:",
                "system:serviceaccount:shop:other | shop/app gets no token: Entra ID refuses it: AADSTS700213:"
            })
    void describe_withCredentials_isWhatEntraAnswers(String subject, String verdict) throws Exception {
        Path file = Files.writeString(folder.resolve("shop.yaml"), """
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: app
                  namespace: shop
                  annotations: {azure.workload.identity/client-id: 21111111-1111-4111-8111-111111111111}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: app, namespace: shop, labels: {azure.workload.identity/use: "true"}}
                spec: {serviceAccountName: app, containers: [{name: app, image: app}]}
                """);
        ServedManifests served = ServedManifests.read(
                List.of(file.toString()),
                CommandLine.populateCommand(new ProfileOptions(), "--profile", "workload-identity"),
                Optional.of(List.of(
                        new Trusted("21111111-1111-4111-8111-111111111111", subject, "api://AzureADTokenExchange"))));

        assertThat(served.describe()).hasSize(1);
        assertThat(served.describe().get(0)).startsWith(verdict);
    }

    @Test
    void readChanges_withNothingChanged_readsNothing() {
        assertThat(manifests.describe())
                .containsExactly("default/p gets no token: no AzureIdentityBinding has the selector \"other\"");
        assertThat(manifests.readChanges()).isEmpty();
    }

    @Test
    void readChanges_afterAChange_saysWhoGetsWhatNow() throws Exception {
        Files.writeString(folder.resolve("pod.yaml"), POD.formatted("demo"));

        assertThat(manifests.readChanges().orElseThrow())
                .containsExactly(
                        "the manifests have changed and are applied",
                        "default/p gets a token of default/a, client ID c",
                        "default/p is created again: version 1.5.4 does not notice a changed label of a running pod");
    }

    @Test
    void readChanges_afterAFileWasSpoilt_keepsTheOldOnesUntilItIsMended() throws Exception {
        Files.writeString(folder.resolve("pod.yaml"), "[\n");

        assertThatThrownBy(manifests::readChanges)
                .isInstanceOf(ManifestException.class)
                .hasMessage(folder.resolve("pod.yaml")
                        + ":2:1: This is not YAML: expected the node content, but found '<stream end>'");
        assertThat(manifests.current().cluster().pods()).hasSize(1);
        assertThat(manifests.readChanges()).isEmpty();

        Files.delete(folder.resolve("pod.yaml"));
        assertThat(manifests.readChanges().orElseThrow())
                .containsExactly("the manifests have changed and are applied", "default/p is gone");
    }
}
