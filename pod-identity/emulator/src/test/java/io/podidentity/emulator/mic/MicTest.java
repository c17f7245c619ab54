// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import static io.podidentity.emulator.cases.MicWorld.binding;
import static io.podidentity.emulator.cases.MicWorld.identity;
import static io.podidentity.emulator.cases.MicWorld.pod;
import static io.podidentity.emulator.cases.MicWorld.resourceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.MicWorld;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MicTest {

    private static final String NODE = "aks-nodepool1-00000000-0";

    private final MicWorld world = new MicWorld(Profile.V1_8_17, false);

    @Test
    void cycle_ofANewPod_tellsTheWholeStory() {
        world.apply(identity("default", "i"), binding("default", "b", "i", "s"), pod("team", "p", "s", NODE));

        assertThat(world.cycle()).isTrue();

        assertThat(world.assigned("p-team-i").state()).isEqualTo(State.ASSIGNED);
        assertThat(world.machines.identitiesOn(NODE)).containsExactly(resourceId("i"));
        assertThat(Duration.between(Instant.EPOCH, world.clock.instant())).isEqualTo(Duration.ofSeconds(15));
        assertThat(messages())
                .startsWith(
                        "mic.go:1040] processing node " + NODE + ", add [1], del [0], update [0]",
                        "crd.go:514] creating assigned id default/p-team-i",
                        "cloudprovider.go:210] updating user-assigned identities on " + NODE
                                + ", assign [1], unassign [0]",
                        "crd.go:777] updating AzureAssignedIdentity default/p-team-i status to Assigned",
                        "mic.go:525] work done: true. Found 1 pods, 1 ids, 1 bindings",
                        "mic.go:526] total work cycles: 1, out of which work was done in: 1",
                        "stats.go:183] ** stats collected **")
                .contains(
                        "stats.go:162] Cloud provider PATCH: 15s",
                        "stats.go:170] Number of AzureAssignedIdentities created in this sync cycle: 1")
                .endsWith("stats.go:212] *********************");
        assertThat(world.events)
                .singleElement()
                .extracting(Event::reason, Event::message)
                .containsExactly("binding applied", "Binding b applied on node " + NODE + " for pod p-team-i");
    }

    @Test
    void cycle_withNothingNew_doesNothing() {
        cycle_ofANewPod_tellsTheWholeStory();
        world.log.clear();

        assertThat(world.cycle()).isFalse();

        assertThat(world.log).isEmpty();
    }

    @Test
    void cycle_afterAPodHasGone_takesItsIdentityOffTheMachineUnlessAnotherUsesIt() {
        world.apply(identity("default", "i"), binding("default", "b", "i", "s"));
        world.apply(pod("team", "p", "s", NODE), pod("team", "q", "s", NODE));
        world.cycle();

        world.delete(pod("team", "p", "s", NODE));
        world.cycle();
        assertThat(world.machines.identitiesOn(NODE)).containsExactly(resourceId("i"));

        world.delete(pod("team", "q", "s", NODE));
        world.cycle();
        assertThat(world.machines.identitiesOn(NODE)).isEmpty();
        assertThat(world.assigned()).isEmpty();
    }

    @Test
    void cycle_whereAzureRefuses_leavesTheObjectCreatedAndTriesAgainLater() {
        world.machines.refuse(resourceId("i"), "LinkedAuthorizationFailed: '" + resourceId("i") + "'");
        world.apply(identity("default", "i"), binding("default", "b", "i", "s"), pod("team", "p", "s", NODE));

        world.cycle();

        assertThat(world.assigned("p-team-i").state()).isEqualTo(State.CREATED);
        assertThat(world.events)
                .singleElement()
                .extracting(Event::warning, Event::reason)
                .containsExactly(true, "binding apply error");
        assertThat(world.cycle()).isTrue();
    }

    @Test
    void reconcile_afterAMachineHasLostAnIdentity_putsItBack() throws Exception {
        world.apply(identity("default", "i"), binding("default", "b", "i", "s"), pod("team", "p", "s", NODE));
        world.cycle();
        world.machines.update(NODE, List.of(), List.of(resourceId("i")));

        world.reconcile();

        assertThat(world.machines.identitiesOn(NODE)).containsExactly(resourceId("i"));
    }

    @Test
    void cycle_ofAnIdentityThatStopsBeingNamespaced_updatesItWhereItIs() {
        Metadata namespaced = MicWorld.metadata(
                "team", "i", Map.of(AzureIdentity.BEHAVIOR_ANNOTATION, AzureIdentity.BEHAVIOR_NAMESPACED), "2");
        world.apply(
                AzureIdentity.managed(namespaced, resourceId("i"), "client"),
                binding("team", "b", "i", "s"),
                pod("team", "p", "s", NODE));
        world.cycle();
        assertThat(world.assigned("p-team-i").namespace()).isEqualTo("team");
        world.log.clear();

        world.apply(identity("team", "i"));
        world.cycle();

        assertThat(world.assigned("p-team-i").namespace()).isEqualTo("team");
        assertThat(world.assigned()).hasSize(1);
        assertThat(messages()).contains("crd.go:546] updating assigned id team/p-team-i");
    }

    @Test
    void cycle_ofAPodInAnotherNamespaceThanItsNamespacedIdentity_saysNothingOfIt() {
        Metadata namespaced = Metadata.of("team", "i")
                .withAnnotations(Map.of(AzureIdentity.BEHAVIOR_ANNOTATION, AzureIdentity.BEHAVIOR_NAMESPACED));
        world.apply(
                AzureIdentity.managed(namespaced, resourceId("i"), "client"),
                binding("team", "b", "i", "s"),
                pod("default", "p", "s", NODE));

        world.cycle();

        assertThat(world.assigned()).isEmpty();
        assertThat(messages()).isEmpty();
    }

    private List<String> messages() {
        return world.log.stream()
                .map(line -> line.replaceFirst("^I\\d{4} [\\d:.]+ +1 ", ""))
                .toList();
    }
}
