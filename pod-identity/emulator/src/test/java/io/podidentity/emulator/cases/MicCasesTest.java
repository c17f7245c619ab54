// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static io.podidentity.emulator.cases.MicWorld.binding;
import static io.podidentity.emulator.cases.MicWorld.identity;
import static io.podidentity.emulator.cases.MicWorld.pod;
import static io.podidentity.emulator.cases.MicWorld.resourceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.mic.VirtualMachines;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** MIC's cycles. The cases tell them in several ways; what is given says which. */
public class MicCasesTest extends CaseRunner {

    private static final String NODE = "test-node";

    private MicWorld world;

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry(
                        "mic", Reading.of("""
                            {identities: ['text', {ns: 'text', namespace: 'text', name: 'text', type: 'number',
                            resourceID: 'text', clientID: 'text', tenantID: 'text', clientPassword: {name: 'text',
                            namespace: 'text'}, annotations: {'*': 'text'}, auxiliaryTenantIDs: ['text'],
                            adEndpoint: 'text'}], identity: 'text', binding: 'json', bindings: ['text'], pod: 'json',
                            label: 'text', selector: 'text', annotation: 'text', forceNamespaced: 'truth',
                            start: 'json', event: 'text', identityBefore: {rv: 'text', resourceID: 'text'},
                            identityAfter: {rv: 'text', resourceID: 'text'}, extraBinding: {azureIdentity: 'text',
                            selector: 'text'}, podMovesTo: 'text', change: ['text'], delete: ['text'], add: ['text'],
                            armError: 'text', assigned: [{node: 'text', status: 'text', resourceID: 'text'}],
                            azure: {'*': ['text']}, providerID: 'text'}
                            """, """
                            {present: ['text'], absent: ['text'], assigned: 'number', spec: {'*': 'text'},
                            labels: {'*': 'text'}, pod0: {clientID: 'text'}, name: 'text', current: {'*': ['text']},
                            desired: {'*': ['text']}, vmss: {'*': 'truth'}, logContains: 'text', logLines: 'number',
                            assignedIdentityNamespace: 'text', from: 'text', '*': 'json'}
                            """, this::mic).withNotes("start", "change", "identityBefore", "pod0")),
                Map.entry(
                        "mic.e2e", Reading.of("{identities: ['valid|invalid'], pods: 'number'}", """
                            {states: ['text'], allAssignedWithinSeconds: 'number', assigned: 'number'}
                            """, this::endToEnd)));
    }

    private void mic(Case test) {
        world = new MicWorld(Profile.V1_8_17, Boolean.TRUE.equals(test.given().get("forceNamespaced")));
        if (test.expected().containsKey("present")) {
            ignored(test);
        } else if (test.given().containsKey("azure")) {
            reconcileState(test);
        } else if (test.given().containsKey("armError")) {
            erroneous(test);
        } else if (test.given().containsKey("event")) {
            podDeleted(test);
        } else if (test.given().containsKey("identityBefore")) {
            identityChanged(test);
        } else if (test.given().containsKey("podMovesTo")) {
            podMoves(test);
        } else if (test.given().containsKey("change")) {
            manyChanges(test);
        } else if (test.given().containsKey("delete")) {
            podsReplaced(test);
        } else {
            oneCycle(test);
        }
    }

    private void ignored(Case test) {
        for (Object given : test.list("identities")) {
            var identity = Case.object(given);
            world.apply(new AzureIdentity(
                    Metadata.of((String) identity.get("ns"), (String) identity.get("name")),
                    ((Long) identity.getOrDefault("type", 0L)).intValue(),
                    (String) identity.getOrDefault("resourceID", ""),
                    (String) identity.getOrDefault("clientID", ""),
                    SecretReference.NONE,
                    (String) identity.getOrDefault("tenantID", ""),
                    List.of(),
                    ""));
        }
        world.cycle();

        String log = String.join("\n", world.log);
        Case.list(test.expected().get("present")).forEach(name -> {
            assertThat(log).doesNotContain("ignoring azure identity " + name);
            assertThat(test.list("identities").toString()).contains("name=" + ((String) name).split("/", 2)[1]);
        });
        Case.list(test.expected().get("absent"))
                .forEach(name -> assertThat(log).contains("ignoring azure identity " + name));
    }

    private void reconcileState(Case test) {
        boolean scaleSet = test.text("providerID").contains("virtualMachineScaleSets");
        for (Object given : test.list("assigned")) {
            var assigned = Case.object(given);
            String resourceId = (String) assigned.get("resourceID");
            world.apply(
                    AzureIdentity.managed(Metadata.of("default", resourceId), resourceId(resourceId), resourceId),
                    binding("default", resourceId, resourceId, "s"),
                    pod("default", "p", "s", node((String) assigned.get("node"), scaleSet)));
        }
        world.cycle();
        test.object("azure")
                .forEach((machine, ids) -> assertThat(Case.list(ids).stream()
                                .map(id -> resourceId((String) id))
                                .toList())
                        .as("what MIC has put there, or less")
                        .isSubsetOf(world.machines.identitiesOn(machine(machine, scaleSet))));

        Map<String, Set<String>> expected = Case.object(test.expected().get("desired")).entrySet().stream()
                .collect(Collectors.toMap(
                        desired -> machine(desired.getKey(), scaleSet),
                        desired -> Case.list(desired.getValue()).stream()
                                .map(id -> resourceId((String) id))
                                .collect(Collectors.toSet())));
        assertThat(VirtualMachines.desired(world.assigned())).isEqualTo(expected);
        if (test.expected().containsKey("current")) {
            assertThat(test.expected().get("current")).isEqualTo(test.object("azure"));
        }
        Case.object(test.expected().get("vmss"))
                .values()
                .forEach(vmss -> assertThat(vmss).isEqualTo(scaleSet));
    }

    private static String node(String name, boolean scaleSet) {
        return scaleSet ? name + "-vmss000000" : name;
    }

    private static String machine(String name, boolean scaleSet) {
        return scaleSet ? name + "-vmss" : name;
    }

    private void erroneous(Case test) {
        int number = 0;
        for (Object name : test.list("identities")) {
            number++;
            world.apply(
                    AzureIdentity.managed(
                            Metadata.of("default", "test-id-" + number), resourceId((String) name), (String) name),
                    binding("default", "binding-" + number, "test-id-" + number, "select-" + number),
                    pod("default", "test-pod-" + number, "select-" + number, NODE));
            String mention = "<id of " + name + ">";
            if (test.text("armError").contains(mention)) {
                // The one error that the original's test registers stands for those that MIC knows.
                world.machines.refuse(
                        resourceId((String) name),
                        test.text("armError")
                                .replace("KnownError", "LinkedAuthorizationFailed")
                                .replace(mention, resourceId((String) name)));
            }
        }
        world.cycle();

        test.expected()
                .forEach((assigned, state) ->
                        assertThat(world.assigned(assigned).state().text()).isEqualTo(state));
    }

    private void podDeleted(Case test) {
        oneAssigned();
        world.delete(
                switch (test.text("event")) {
                    case "pod deleted" -> pod("default", "test-pod", "test-select", NODE);
                    case "binding deleted" -> binding("default", "testbinding", "test-id", "test-select");
                    case "identity deleted" -> identity("default", "test-id");
                    default -> throw new AssertionError("No event " + test.text("event"));
                });
        world.cycle();

        assertAssigned(test);
    }

    private void oneAssigned() {
        world.apply(
                identity("default", "test-id"),
                binding("default", "testbinding", "test-id", "test-select"),
                pod("default", "test-pod", "test-select", NODE));
        world.cycle();
        assertThat(world.assigned()).hasSize(1);
    }

    private void identityChanged(Case test) {
        oneAssigned();
        var after = test.object("identityAfter");
        var extra = test.object("extraBinding");
        world.apply(
                AzureIdentity.managed(
                        MicWorld.metadata("default", "test-id", Map.of(), (String) after.get("rv")),
                        resourceId((String) after.get("resourceID")),
                        "client"),
                identity("default", (String) extra.get("azureIdentity")),
                binding("default", "extra", (String) extra.get("azureIdentity"), (String) extra.get("selector")));
        world.cycle();

        assertAssigned(test);
        AzureIdentity copy = world.assigned("test-pod-default-test-id").identity();
        assertThat(copy.metadata().resourceVersion()).isEqualTo(after.get("rv"));
        assertThat(copy.resourceId()).isEqualTo(resourceId((String) after.get("resourceID")));
        Case.object(test.expected().get("test-pod-default-test-id"))
                .forEach((field, value) -> assertThat(
                                field.equals("resourceID")
                                        ? copy.resourceId()
                                        : copy.metadata().resourceVersion())
                        .isEqualTo(field.equals("resourceID") ? resourceId((String) value) : value));
    }

    private void podMoves(Case test) {
        world.apply(identity("default", "test-id-2"), binding("default", "second", "test-id-2", "test-select"));
        world.apply(
                identity("default", "test-id"),
                binding("default", "testbinding", "test-id", "test-select"),
                pod("default", "test-pod", "test-select", NODE));
        world.cycle();
        world.apply(pod("default", "test-pod", "test-select", test.text("podMovesTo")));
        world.cycle();

        assertAssigned(test);
        assertThat(world.assigned())
                .allSatisfy(assigned -> assertThat(assigned.metadata().labels())
                        .isEqualTo(test.expected().get("labels")));
    }

    /** Three pods with an identity each: one identity changes, one pod gets a second, one pod goes. */
    private void manyChanges(Case test) {
        for (int i = 0; i < 3; i++) {
            world.apply(
                    identity("default", "id-" + i),
                    binding("default", "binding-" + i, "id-" + i, "select-" + i),
                    pod("default", "pod-" + i, "select-" + i, NODE));
        }
        world.cycle();
        String clientId = (String) Case.object(test.expected().get("pod0")).get("clientID");
        world.apply(
                AzureIdentity.managed(MicWorld.metadata("default", "id-0", Map.of(), "2"), resourceId("new"), clientId),
                identity("default", "id-3"),
                binding("default", "binding-3", "id-3", "select-2"));
        world.delete(pod("default", "pod-1", "select-1", NODE));
        world.cycle();

        assertAssigned(test);
        assertThat(world.assigned("pod-0-default-id-0").identity().clientId()).isEqualTo(clientId);
    }

    private void podsReplaced(Case test) {
        for (Object name : test.list("start")) {
            addPod((String) name);
        }
        world.cycle();
        test.list("delete").forEach(name -> world.delete(pod("default", (String) name, "", NODE)));
        test.list("add").forEach(name -> addPod((String) name));
        world.cycle();

        assertAssigned(test);
        assertThat(world.assigned((String) test.expected().get("name")).state()).isEqualTo(State.ASSIGNED);
    }

    private void addPod(String name) {
        String suffix = name.replaceAll("\\D", "");
        world.apply(
                identity("default", "test-id" + suffix),
                binding("default", "testbinding" + suffix, "test-id" + suffix, "test-select" + suffix),
                pod("default", name, "test-select" + suffix, NODE));
    }

    private void oneCycle(Case test) {
        new MicCase(test).applyTo(world);
        world.cycle();

        assertAssigned(test);
        String log = String.join("\n", world.log);
        assertThat(log).contains((String) test.expected().getOrDefault("logContains", ""));
        if (test.expected().containsKey("logLines")) {
            assertThat((long) world.log.size()).isEqualTo(test.expected().get("logLines"));
        }
        world.assigned().forEach(assigned -> {
            var expected = test.expected();
            assertThat(assigned.name().name())
                    .isEqualTo(expected.getOrDefault("name", assigned.name().name()));
            assertThat(assigned.namespace())
                    .isEqualTo(expected.getOrDefault("assignedIdentityNamespace", assigned.namespace()));
            assertThat(assigned.identity().namespace())
                    .isEqualTo(expected.getOrDefault("from", assigned.identity().namespace()));
            var fields = Map.of(
                    "pod", assigned.pod().name(),
                    "podNamespace", assigned.pod().namespace(),
                    "nodename", assigned.nodeName(),
                    "azureBindingRef", assigned.binding().name().name(),
                    "azureIdentityRef", assigned.identity().name().name());
            Case.object(expected.get("spec"))
                    .forEach((field, value) ->
                            assertThat(fields.get(field)).as(field).isEqualTo(value));
        });
    }

    private void endToEnd(Case test) {
        world = new MicWorld(Profile.V1_8_17, false);
        if (test.given().get("pods") instanceof Long pods) {
            for (int i = 0; i < pods; i++) {
                addPod("pod" + i);
            }
        }
        int number = 0;
        for (Object kind : test.list("identities")) {
            addPod("pod" + number);
            if (kind.equals("invalid")) {
                String id = resourceId("test-id" + number);
                world.machines.refuse(id, "FailedIdentityOperation: '" + id + "' does not exist");
            }
            number++;
        }
        world.cycle();

        if (test.expected().containsKey("states")) {
            assertThat((Object) world.assigned().stream()
                            .map(one -> one.state().text())
                            .toList())
                    .isEqualTo(test.expected().get("states"));
        } else {
            assertThat(world.assigned())
                    .allSatisfy(one -> assertThat(one.state()).isEqualTo(State.ASSIGNED));
            long seconds = (Long) test.expected().get("allAssignedWithinSeconds");
            assertThat(world.clock.instant()).isBefore(Instant.EPOCH.plusSeconds(seconds));
        }
    }

    private void assertAssigned(Case test) {
        assertThat((long) world.assigned().size()).isEqualTo(test.expected().get("assigned"));
        assertThat(world.assigned())
                .extracting("state")
                .containsOnly(world.assigned().isEmpty() ? new State[0] : new State[] {State.ASSIGNED});
    }
}
