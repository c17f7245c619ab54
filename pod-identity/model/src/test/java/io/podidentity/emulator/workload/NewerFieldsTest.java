// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NewerFieldsTest {

    @Test
    void removeFrom_aPodOfANewerCluster_leavesWhatTheLibraryKnows() throws Exception {
        Map<String, Object> spec = Json.object("""
                {"resources": {"limits": {"cpu": "1"}}, "hostnameOverride": "x", "hostUsers": false,
                 "securityContext": {"seLinuxChangePolicy": "Recursive", "runAsUser": 1},
                 "containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}, "restartPolicyRules": [{}],
                   "lifecycle": {"stopSignal": "SIGTERM", "preStop": {"sleep": {"seconds": 1}}},
                   "env": [{"name": "a", "value": "b"}, {"name": "f", "valueFrom": {"fileKeyRef": {"key": "k"}}}]}],
                 "volumes": [{"name": "v", "projected": {"sources": [{"podCertificate": {}}, {"secret": {"name": "s"}}]}},
                   {"name": "w", "emptyDir": {}}]}
                """);

        NewerFields.removeFrom(spec);

        assertThat(spec).isEqualTo(Json.object("""
                {"hostUsers": false, "securityContext": {"runAsUser": 1},
                 "containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}},
                   "lifecycle": {"preStop": {"sleep": {"seconds": 1}}},
                   "env": [{"name": "a", "value": "b"}, {"name": "f", "valueFrom": {}}]}],
                 "volumes": [{"name": "v", "projected": {"sources": [{}, {"secret": {"name": "s"}}]}},
                   {"name": "w", "emptyDir": {}}]}
                """));
    }
}
