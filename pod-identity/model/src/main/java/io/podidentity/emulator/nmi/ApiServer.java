// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import java.util.List;

/**
 * What NMI can learn from the API server at any time. Must be thread-safe.
 *
 * @since 0.1.0
 */
public interface ApiServer {

    /**
     * All objects, among them the assigned identities that MIC has written so far.
     *
     * @throws UnavailableException if it cannot be read
     */
    Cluster cluster();

    /**
     * The pods that have that address, whatever their phase.
     *
     * @throws UnavailableException if it cannot be read
     */
    List<Pod> podsAt(String ip);

    /**
     * NMI cannot go on with what the API server said: it did not answer, or no pod or several pods have the address.
     * The message is NMI's own.
     */
    @SuppressWarnings("serial")
    final class UnavailableException extends RuntimeException {

        public UnavailableException(String reason) {
            super(reason);
        }
    }
}
