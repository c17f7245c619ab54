// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.mic.Event;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.util.List;

/**
 * A cluster with an API server and pods of its own: MIC writes there, and NMI tells pods by the addresses that they
 * have. Must be thread-safe.
 *
 * @since 0.1.0
 */
public interface ActualCluster extends LiveCluster.Writer {

    /**
     * The pods that have that address, whatever their phase.
     *
     * @throws io.podidentity.emulator.nmi.ApiServer.UnavailableException if the API server does not answer
     */
    List<Pod> podsAt(String ip);

    /** Knows the part of NMI on each node, which says for which pod it asks. */
    ProxyAuthentication nodes();

    /** Records an event of MIC. */
    void record(Event event);
}
