// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittingProfileTest {

    @ParameterizedTest
    @CsvSource({
        "nmi:1.5.4, standard, V1_5_4",
        "nmi:v1.6.3, standard, V1_6_3",
        "nmi:v1.7.5, standard, V1_6_3",
        "nmi:v1.8.17, standard, V1_8_17",
        "nmi:v1.8.17, managed, MANAGED"
    })
    void of_withNmiInTheFiles_takesItsVersion(String image, String mode, Profile profile) {
        assertThat(of("""
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: nmi}
            spec:
              template:
                spec:
                  containers:
                    - {name: nmi, image: registry.example/%s, args: [--operation-mode=%s]}
            """.formatted(image, mode)).profile()).isEqualTo(profile);
    }

    @ParameterizedTest
    @CsvSource({
        "AzureIdentity, Selector, V1_8_17",
        "azureIdentity, selector, V1_8_17",
        "azureIdentity, Selector, V1_8_17",
    })
    void of_withoutNmi_looksAtTheSpelling(String identity, String selector, Profile profile) {
        assertThat(of("""
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: reader}
            spec: {%s: reader, %s: reader}
            """.formatted(identity, selector)).profile()).isEqualTo(profile);
    }

    @ParameterizedTest
    @CsvSource({"aadpodidbinding, V1_8_17", "app, WORKLOAD_IDENTITY"})
    void of_withPodsAlone_looksAtTheirLabels(String label, Profile profile) {
        assertThat(of("""
            apiVersion: v1
            kind: Pod
            metadata: {name: shop, labels: {%s: reader}}
            spec: {containers: []}
            """.formatted(label)).profile()).isEqualTo(profile);
    }

    @ParameterizedTest
    @CsvSource({
        "v1beta1, aadpodidentity.k8s.io, V1_6_3",
        "v1, aadpodidentity.k8s.io, V1_8_17",
        "v1beta1, example.com, WORKLOAD_IDENTITY"
    })
    void of_withDefinitionsAlone_looksAtTheirVersion(String version, String group, Profile profile) {
        assertThat(of("""
            apiVersion: apiextensions.k8s.io/%s
            kind: CustomResourceDefinition
            metadata: {name: azureidentities}
            spec: {group: %s, names: {kind: AzureIdentity, plural: azureidentities}}
            """.formatted(version, group)).profile()).isEqualTo(profile);
    }

    @Test
    void reason_whereNothingIsOfPodIdentity_namesThePlace() {
        FittingProfile fitting = of("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");

        assertThat(fitting.isGuess()).isTrue();
        assertThat(fitting.reason()).isEqualTo("nothing of AAD Pod Identity is in the files");
        assertThat(fitting.reason("in the cluster")).isEqualTo("nothing of AAD Pod Identity is in the cluster");
    }

    private static FittingProfile of(String text) {
        return FittingProfile.of(
                new ManifestReader(Profile.V1_8_17).readText("a.yaml", text).objects());
    }
}
