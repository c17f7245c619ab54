package io.podidentity.emulator.workload;

import io.podidentity.emulator.http.Endpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pod as the cluster made it, and what its program sees on this machine.
 *
 * @param admission what the webhook decided
 * @param environment the Azure variables of its first container; the token file is a real one
 * @param proxy what answers in place of the metadata service, null if the pod has no proxy sidecar
 */
public record WorkloadPod(
        Admission admission,
        Map<String, String> environment,
        @Nullable Endpoint proxy) {

    public WorkloadPod {
        environment = Map.copyOf(environment);
    }
}
