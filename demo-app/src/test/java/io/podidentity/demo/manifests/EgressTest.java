// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.manifests.Egress.Engine;
import io.podidentity.demo.manifests.Egress.Peer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pod reaches under each engine: names, Entra ID and storage, and not the node's identity. */
class EgressTest {

    private static final Peer CORE_DNS = new Peer("10.244.0.7", false, Map.of("k8s-app", "kube-dns"));
    private static final Peer OTHER_POD = new Peer("10.244.0.8", false, Map.of("app", "other"));
    private static final Peer ENTRA = new Peer("20.190.159.4", false, Map.of());
    private static final Peer PRIVATE_ENDPOINT = new Peer("10.224.0.40", false, Map.of());
    private static final Peer METADATA_SERVICE = new Peer("169.254.169.254", false, Map.of());
    private static final Peer NMI = new Peer("127.0.0.1", true, Map.of());
    private static final Peer NODE = new Peer("10.224.0.4", true, Map.of());
    private static final Peer NMI_BEFORE_1_6_2 = NODE;

    @ParameterizedTest
    @CsvSource({
        "workload-identity, CALICO",
        "workload-identity-cilium, CALICO",
        "workload-identity-cilium, CILIUM",
        "workload-identity-deployment, CALICO",
        "workload-identity-deployment-cilium, CILIUM",
        "pod-identity, CALICO",
        "service-principal, CALICO",
        "workload-identity, NONE"
    })
    void pod_withWhatItsEngineNeeds_resolvesNamesAndReachesAzure(String name, Engine engine) {
        Egress egress = new Egress(Rendered.read(name), engine);

        for (String protocol : new String[] {"UDP", "TCP"}) {
            assertThat(egress.allows(CORE_DNS, protocol, 53)).isTrue();
            assertThat(egress.allows(localDns("169.254.10.10"), protocol, 53)).isTrue();
            assertThat(egress.allows(localDns("169.254.10.11"), protocol, 53)).isTrue();
        }
        assertThat(egress.allows(ENTRA, "TCP", 443)).isTrue();
        assertThat(egress.allows(PRIVATE_ENDPOINT, "TCP", 443)).isTrue();
    }

    /** Why there is a component for Cilium: a block is never compared with an address of the node. */
    @Test
    void localDns_onCiliumWithoutTheComponent_isOutOfReach() {
        Egress egress = new Egress(Rendered.read("workload-identity"), Engine.CILIUM);

        assertThat(egress.allows(localDns("169.254.10.10"), "UDP", 53)).isFalse();
        assertThat(egress.allows(CORE_DNS, "UDP", 53)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void nodeAndOtherPods_withAnEngine_areOutOfReach(Engine engine) {
        Egress egress = new Egress(Rendered.read("workload-identity-cilium"), engine);

        assertThat(egress.allows(METADATA_SERVICE, "TCP", 80)).isFalse();
        assertThat(egress.allows(METADATA_SERVICE, "TCP", 443)).isFalse();
        assertThat(egress.allows(NODE, "TCP", 10250)).isFalse();
        assertThat(egress.allows(OTHER_POD, "TCP", 8080)).isFalse();
    }

    @Test
    void metadataService_withoutAnEngine_isInReach() {
        assertThat(new Egress(Rendered.read("workload-identity"), Engine.NONE).allows(METADATA_SERVICE, "TCP", 80))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pod-identity", "service-principal", "pod-identity-deployment", "service-principal-deployment"})
    void nmi_withPodIdentityOnCalico_isInReach(String name) {
        Egress egress = new Egress(Rendered.read(name), Engine.CALICO);
        Egress none = new Egress(Rendered.read("workload-identity"), Engine.CALICO);

        for (Peer nmi : new Peer[] {NMI, NMI_BEFORE_1_6_2}) {
            assertThat(egress.allows(nmi, "TCP", 2579)).isTrue();
            assertThat(none.allows(nmi, "TCP", 2579)).isFalse();
        }
        assertThat(egress.allows(METADATA_SERVICE, "TCP", 80)).isFalse();
        assertThat(egress.allows(NODE, "TCP", 10250)).isFalse();
    }

    private static Peer localDns(String address) {
        return new Peer(address, true, Map.of());
    }
}
