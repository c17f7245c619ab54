// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.match.MatchRules;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * The cluster in which podid runs, whose objects take the place of manifests. Found by {@link ServiceLoader}, since the
 * client of its API server is in a jar of its own, beside podid.jar in podid's image.
 *
 * <p>Lifecycle: {@link #prepare}, the start of what the builder describes, {@link #follow}, {@link #close}.
 */
public interface RealCluster extends AutoCloseable {

    /**
     * Loads the client of the cluster of this pod.
     *
     * @throws IllegalStateException where the jar with the client is missing
     */
    static RealCluster loadForThisPod() {
        return ServiceLoader.load(RealCluster.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "--in-cluster needs podid-in-cluster.jar on the class path, as podid's image has it:"
                                + " kubectl apply -k k8s/emulated-azure"));
    }

    /**
     * Adds to the emulator what a cluster needs of it.
     *
     * @param rules the version of pod identity that is played, if any
     * @param evenInAzure whether it may run in Azure, or in another cloud
     * @param log takes what a user should know
     * @throws IllegalStateException if podid must not run here: nothing in the cluster is changed then
     */
    void prepare(
            PodIdentityEmulator.Builder builder, Optional<MatchRules> rules, boolean evenInAzure, Consumer<String> log);

    /**
     * Follows the objects of the cluster from now on.
     *
     * @param end ends this process, when podid must not run here any longer
     */
    void follow(PodIdentityEmulator azure, Runnable end);

    @Override
    void close();
}
