package io.podidentity.emulator.mic;

import static io.podidentity.emulator.cases.MicWorld.binding;
import static io.podidentity.emulator.cases.MicWorld.identity;
import static io.podidentity.emulator.cases.MicWorld.pod;
import static io.podidentity.emulator.cases.MicWorld.resourceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.MicWorld;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.Profile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
                .containsExactly(
                        "processing node " + NODE + ", add [1], del [0], update [0]",
                        "creating assigned id default/p-team-i",
                        "updating user-assigned identities on " + NODE + ", assign [1], unassign [0]",
                        "updating AzureAssignedIdentity default/p-team-i status to Assigned",
                        "work done: true. Found 1 pods, 1 ids, 1 bindings",
                        "total work cycles: 1, out of which work was done in: 1");
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

    private List<String> messages() {
        return world.log.stream()
                .map(line -> line.replaceFirst("^I\\d{4} [\\d:.]+ +1 mic\\.go:\\d+] ", ""))
                .toList();
    }
}
