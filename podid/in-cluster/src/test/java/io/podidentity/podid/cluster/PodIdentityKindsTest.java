// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PodIdentityKindsTest {

    private static final String KINDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final ApiServerOfTest cluster = new ApiServerOfTest();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void kind(String name) {
        cluster.put(
                KINDS + "/" + name + ".aadpodidentity.k8s.io",
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                Map.of("name", name + ".aadpodidentity.k8s.io", "resourceVersion", "1"),
                Map.of("status", Map.of("conditions", List.of(Map.of("type", "Established", "status", "True")))));
    }

    @Test
    void createMissing_whereAllKindsAreThere_changesNone() {
        List.of("azureidentities", "azureidentitybindings", "azureassignedidentities", "azurepodidentityexceptions")
                .forEach(this::kind);
        var log = new ArrayList<String>();

        assertThat(PodIdentityKinds.areThere(cluster.client())).isTrue();
        PodIdentityKinds.createMissing(cluster.client(), log::add);

        assertThat(cluster.changes()).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void areThere_whereOneIsMissing_isFalse() {
        List.of("azureidentities", "azureidentitybindings", "azureassignedidentities")
                .forEach(this::kind);

        assertThat(PodIdentityKinds.areThere(cluster.client())).isFalse();
    }
}
