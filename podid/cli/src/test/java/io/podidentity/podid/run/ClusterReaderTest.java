// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterReaderTest {

    private static final String SCALED_DOWN = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "orders", "namespace": "shop"},
             "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "orders"}},
                      "template": {"metadata": {"labels": {"app": "orders"}},
                                   "spec": {"containers": [{"name": "orders", "image": "orders"}]}}}}
            """;

    @Test
    void podOf_aWorkloadThatIsScaledDown_isThatOfItsTemplate() throws Exception {
        var deployment = new KubernetesJson(Json.object(SCALED_DOWN));

        assertThat(ClusterReader.podOf(WorkloadName.parse("deploy/orders"), deployment)
                        .labels())
                .isEqualTo(Map.of("app", "orders"));
        assertThat(deployment.value()).isEqualTo(Json.object(SCALED_DOWN));
    }
}
