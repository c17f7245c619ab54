// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.podid.cluster.ApiServerOfTest.Change;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookConfigurationTest {

    private static final String PATH =
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/emulated-azure";
    private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/emulated-azure/deployments/emulated-azure";

    private final ApiServerOfTest cluster = new ApiServerOfTest();

    @AfterEach
    void close() {
        cluster.close();
    }

    private WebhookConfiguration configuration(boolean withPodIdentity) {
        return new WebhookConfiguration(
                cluster.client(),
                "/mutate-v1-pod/0a1b",
                CertificateAuthority.kept(Instant.now(), Set.of()),
                withPodIdentity);
    }

    private void deployment(int replicas, Map<String, Object> more) {
        var metadata = new HashMap<String, Object>(more);
        metadata.put("name", "emulated-azure");
        cluster.put(DEPLOYMENT, "apps/v1", "Deployment", metadata, Map.of("spec", Map.of("replicas", replicas)));
    }

    private List<String> methods() {
        return cluster.changes().stream().map(Change::method).toList();
    }

    @Test
    void write_makesOneThatGoesWithPodidsNamespaceAndAsksNothingAboutPodidItself() {
        configuration(true).write();

        Change change = cluster.changes().get(0);
        assertThat(change.method()).isEqualTo("PATCH");
        assertThat(change.path()).isEqualTo(PATH);
        assertThat(ApiServerOfTest.json(change))
                .contains("\"kind\":\"Namespace\"", "\"name\":\"emulated-azure\"", "\"uid\":\"u1\"")
                .contains("\"operator\":\"NotIn\",\"values\":[\"emulated-azure\",\"emulated-nmi\"]")
                .contains("mutation.azure-workload-identity.io", "aadpodidbinding.podid.io", "caBundle")
                .contains("\"path\":\"/mutate-v1-pod/0a1b\"")
                .doesNotContain("\"path\":\"/mutate-v1-pod\"");
    }

    @Test
    void write_withoutPodIdentity_asksAboutWorkloadIdentityAlone() {
        configuration(false).write();

        assertThat(ApiServerOfTest.json(cluster.changes().get(0)))
                .contains("mutation.azure-workload-identity.io")
                .doesNotContain("aadpodidbinding");
    }

    @Test
    void removeIfGone_whenPodidStartsAgain_keepsIt() {
        deployment(1, Map.of());

        configuration(false).removeIfGone();

        assertThat(cluster.changes()).isEmpty();
    }

    @Test
    void removeIfGone_whenTheDeploymentIsScaledToNothingOrDeleted_deletesIt() {
        deployment(0, Map.of());
        configuration(false).removeIfGone();
        assertThat(methods()).containsExactly("DELETE");

        deployment(1, Map.of("deletionTimestamp", "2026-01-01T00:00:00Z"));
        configuration(false).removeIfGone();
        assertThat(methods()).containsExactly("DELETE", "DELETE");
    }
}
