// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.HashMap;
import java.util.Map;

/** Reads what kubectl printed as the objects to which the webhook's own rules apply. */
final class ClusterObjects {

    private ClusterObjects() {}

    /** @param object an object, or a list of them */
    static Cluster parse(KubernetesJson object) {
        return new ManifestReader(Profile.WORKLOAD_IDENTITY)
                .readText("kubectl", Json.write(object.value()))
                .cluster();
    }

    static Map<String, String> annotationsOf(KubernetesJson serviceAccount) {
        return parse(serviceAccount).all(ServiceAccount.class).get(0).metadata().annotations();
    }

    /** The container's variables whose values stand in its specification, as all that the webhook adds do. */
    static Map<String, String> literalVariables(Container container) {
        var variables = new HashMap<String, String>();
        for (EnvironmentVariable variable : container.env()) {
            if (variable.value() != null) {
                variables.put(variable.name(), variable.value());
            }
        }
        return variables;
    }
}
