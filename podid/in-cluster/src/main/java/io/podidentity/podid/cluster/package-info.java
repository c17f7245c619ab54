/** {@code podid serve --in-cluster}: start at {@code KubernetesCluster}. */
@NullMarked
package io.podidentity.podid.cluster;

import org.jspecify.annotations.NullMarked;
