package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which assigned identities there should be. Immutable. */
public record Assignments(MatchRules rules) {

    /** Keeps MIC's objects from being deleted by others; from 1.6.1. */
    public static final String FINALIZER = "azureassignedidentity.finalizers.aadpodidentity.k8s.io";

    /** Where assigned identities lie unless namespaces are forced. */
    static final String NAMESPACE = "default";

    /** Those of all pods, by name without namespace, as MIC tells them apart. */
    Map<String, AzureAssignedIdentity> of(List<PodMatch> matches) {
        var desired = new LinkedHashMap<String, AzureAssignedIdentity>();
        for (PodMatch match : matches) {
            of(match).forEach(assigned -> desired.put(assigned.name().name(), assigned));
        }
        return desired;
    }

    /** Those of one pod, not created yet. */
    public List<AzureAssignedIdentity> of(PodMatch match) {
        return match.granted().stream()
                .flatMap(candidate ->
                        candidate.granted().stream().map(identity -> assigned(match.pod(), candidate, identity)))
                .toList();
    }

    private AzureAssignedIdentity assigned(Pod pod, Candidate candidate, AzureIdentity identity) {
        boolean namespaced = rules.forceNamespaced() || identity.isNamespaced();
        var name = new ObjectName(
                namespaced ? identity.namespace() : NAMESPACE,
                pod.name().name() + "-" + pod.namespace() + "-"
                        + identity.name().name());
        var metadata = new Metadata(name, Map.of("nodename", pod.spec().nodeName()), Map.of(), "", Position.NOWHERE);
        return new AzureAssignedIdentity(
                metadata, identity, candidate.binding(), pod.name(), pod.spec().nodeName(), State.NONE);
    }
}
