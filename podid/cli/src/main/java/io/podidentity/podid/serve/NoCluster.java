// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.match.MatchRules;
import java.util.Optional;
import java.util.function.Consumer;

/** Stands in for the real cluster where podid serves manifests, or nothing but a node. */
final class NoCluster implements RealCluster {

    @Override
    public void prepare(
            PodIdentityEmulator.Builder builder,
            Optional<MatchRules> rules,
            boolean evenInAzure,
            Consumer<String> log) {}

    @Override
    public void follow(PodIdentityEmulator azure, Runnable end) {}

    @Override
    public void close() {}
}
