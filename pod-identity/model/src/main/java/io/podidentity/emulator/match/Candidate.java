// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A binding whose selector is the pod's label, and what comes of it.
 *
 * @param identity the one that the binding names, null if there is none
 * @param obstacle why the pod does not get the identity, null if it does
 * @since 0.1.0
 */
public record Candidate(
        AzureIdentityBinding binding,
        @Nullable AzureIdentity identity,
        @Nullable Obstacle obstacle) {

    /** Whether the pod gets the identity. */
    public boolean isGranted() {
        return obstacle == null;
    }

    Candidate withObstacle(Obstacle other) {
        return new Candidate(binding, identity, other);
    }

    /** The identity that the pod gets through the binding. */
    public Optional<AzureIdentity> granted() {
        return obstacle == null ? Optional.ofNullable(identity) : Optional.empty();
    }
}
