/**
 * The code of {@code podid serve --in-cluster}, which follows a real cluster, and the part of NMI on each node.
 *
 * <p>Start at {@code KubernetesCluster} for the cluster, and at {@code NmiOnNode} for a node.
 */
@NullMarked
package io.podidentity.podid.cluster;

import org.jspecify.annotations.NullMarked;
