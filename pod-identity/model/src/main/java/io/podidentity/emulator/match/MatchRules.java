// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.Profile;

/**
 * By which rules identities are matched.
 *
 * @param forceNamespaced whether {@code --forceNamespaced} is given to MIC and NMI: pod, binding and identity share a
 *     namespace
 * @param micNamespace the value of {@code --MICNamespace}
 * @since 0.1.0
 */
public record MatchRules(Profile profile, boolean forceNamespaced, String micNamespace) {

    /** The profile with the flags' defaults. */
    public static MatchRules of(Profile profile) {
        return new MatchRules(profile, profile.forcesNamespaces(), "default");
    }
}
