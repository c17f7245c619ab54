// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;
import java.util.List;
import java.util.Optional;

/**
 * Which of its identities a pod gets for one token request.
 *
 * @since 0.1.0
 */
public sealed interface IdentityChoice {

    /**
     * One is chosen.
     *
     * @param others that would have done as well; upstream's choice among all of them is effectively random
     */
    record Chosen(AzureIdentity identity, List<AzureIdentity> others) implements IdentityChoice {}

    /**
     * None is the one named.
     *
     * @param nearMiss the one that differs in letter case alone
     */
    record NotFound(Optional<AzureIdentity> nearMiss) implements IdentityChoice {}

    /** None is named, and the pod may use none. */
    record NoneLeft() implements IdentityChoice {}
}
