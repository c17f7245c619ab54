package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.workload.Admission;
import java.util.List;
import java.util.Optional;

/** What the API server shows, as it is now. Must be thread-safe. */
public interface ClusterState {

    /** The manifests as they are written. */
    List<Manifest> manifests();

    /** The objects that make up the cluster, among them the pods of workloads and what MIC has assigned. */
    Cluster now();

    /** What the webhook decided on a pod; empty if there is no such pod. */
    Optional<Admission> admission(ObjectName pod);

    /** The address of a pod. */
    String address(ObjectName pod);
}
