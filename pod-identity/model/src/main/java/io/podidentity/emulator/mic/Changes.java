// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one cycle has to do on one machine.
 *
 * @param create new ones, and old ones that are still in {@code Created}
 * @param update of the same name, with another binding, identity or node
 * @param replaced what stood in the place of an update, here or on another machine
 * @param delete no longer wanted
 */
record Changes(
        List<AzureAssignedIdentity> create,
        List<AzureAssignedIdentity> update,
        List<AzureAssignedIdentity> replaced,
        List<AzureAssignedIdentity> delete) {

    private static Changes none() {
        return new Changes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /** The assigned identities that there should be, by name without namespace, as MIC tells them apart. */
    static Map<String, AzureAssignedIdentity> desired(List<PodMatch> matches, MatchRules rules) {
        var desired = new LinkedHashMap<String, AzureAssignedIdentity>();
        for (PodMatch match : matches) {
            for (Candidate candidate : match.granted()) {
                AzureAssignedIdentity assigned = assign(match.pod(), candidate, rules);
                desired.put(assigned.name().name(), assigned);
            }
        }
        return desired;
    }

    private static AzureAssignedIdentity assign(Pod pod, Candidate candidate, MatchRules rules) {
        return assign(pod, candidate.binding(), candidate.granted().orElseThrow(), rules);
    }

    private static AzureAssignedIdentity assign(
            Pod pod, AzureIdentityBinding binding, AzureIdentity identity, MatchRules rules) {
        boolean namespaced = rules.forceNamespaced() || identity.isNamespaced();
        String node = pod.spec().nodeName();
        var name = new ObjectName(
                namespaced ? identity.namespace() : "default",
                pod.name().name() + "-" + pod.namespace() + "-"
                        + identity.name().name());
        var metadata = new Metadata(name, Map.of("nodename", node), Map.of(), "", Position.NOWHERE);
        return new AzureAssignedIdentity(metadata, identity, binding, pod.name(), node, State.NONE);
    }

    /** By machine. Machines without a change are left out. */
    static Map<String, Changes> between(
            Map<String, AzureAssignedIdentity> current, Map<String, AzureAssignedIdentity> desired) {
        var changes = new TreeMap<String, Changes>();
        desired.forEach((name, wanted) -> addWanted(wanted, Optional.ofNullable(current.get(name)), changes));
        current.forEach((name, present) -> {
            if (!desired.containsKey(name)) {
                on(present, changes).delete().add(present);
            }
        });
        return changes;
    }

    private static void addWanted(
            AzureAssignedIdentity wanted, Optional<AzureAssignedIdentity> before, Map<String, Changes> changes) {
        if (before.isEmpty()) {
            on(wanted, changes).create().add(wanted);
            return;
        }
        AzureAssignedIdentity present = before.get();
        if (!isSame(present, wanted)) {
            // It stays where it is, even if it would now be made in another namespace.
            on(wanted, changes).update().add(wanted.withName(present.name()));
            on(present, changes).replaced().add(present);
        } else if (present.state() == State.CREATED) {
            on(wanted, changes).create().add(present);
        }
    }

    private static Changes on(AzureAssignedIdentity assigned, Map<String, Changes> changes) {
        return changes.computeIfAbsent(VirtualMachines.machineOf(assigned.nodeName()), machine -> none());
    }

    private static boolean isSame(AzureAssignedIdentity a, AzureAssignedIdentity b) {
        return isSame(a.binding(), b.binding())
                && isSame(a.identity(), b.identity())
                && a.pod().equals(b.pod())
                && a.nodeName().equals(b.nodeName());
    }

    private static boolean isSame(KubernetesObject a, KubernetesObject b) {
        return a.name().name().equals(b.name().name())
                && a.metadata().resourceVersion().equals(b.metadata().resourceVersion());
    }

    /** Those that the machine must have the identity for. */
    List<AzureAssignedIdentity> wanted() {
        var all = new ArrayList<>(create);
        all.addAll(update);
        return all;
    }

    /** Those whose identity the machine may lose. */
    List<AzureAssignedIdentity> unwanted() {
        var all = new ArrayList<>(delete);
        all.addAll(replaced);
        return all;
    }
}
