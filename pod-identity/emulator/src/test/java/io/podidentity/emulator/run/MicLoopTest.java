// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.plan.ScaledClock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicLoopTest {

    private static final String ID =
            "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

    @Test
    void run_afterARefusalAndWithoutAnyChange_triesAgain() throws Exception {
        var clock = ScaledClock.scaled(100_000);
        var cluster = new LiveCluster(Cluster.of(List.of(
                AzureIdentity.managed(Metadata.of("default", "i"), ID, "c"),
                new AzureIdentityBinding(Metadata.of("default", "b"), "i", "s"),
                Pod.of("default", "p", Map.of(Pod.BINDING_LABEL, "s")))));
        var machines = new VirtualMachines(clock);
        machines.refuse(ID, "Forbidden");
        var refusals = new Semaphore(0);
        var mic = new Mic(cluster, MatchRules.of(Profile.V1_8_17), machines, clock, line -> {}, event -> {
            if (event.warning()) {
                refusals.release();
            }
        });

        MicLoop loop = MicLoop.start(mic, clock);
        try {
            assertThat(refusals.tryAcquire(3, 30, TimeUnit.SECONDS)).isTrue();
        } finally {
            loop.close();
        }
    }
}
