package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All that rules look at. Not thread-safe. */
public final class RuleContext {

    private final Manifests manifests;
    private final MatchRules rules;
    private final IdentityMatcher matcher;
    private final AzureFacts azure;
    private final Map<Position, Manifest> byPosition = new HashMap<>();
    private final Map<String, List<FieldLocation>> byKind = new HashMap<>();
    private final Map<String, Manifest> written = new HashMap<>();
    private final List<PodSource> pods = new ArrayList<>();
    private final Map<ObjectName, PodMatch> matches = new HashMap<>();
    private final List<IdentityReference> references;

    /** @param azure may be empty */
    public RuleContext(Manifests manifests, MatchRules rules, AzureFacts azure) {
        this.manifests = manifests;
        this.rules = rules;
        this.matcher = new IdentityMatcher(manifests.cluster(), rules);
        this.azure = azure;
        for (Manifest manifest : manifests.objects()) {
            byPosition.put(manifest.content().position(), manifest);
            written.put(manifest.toString(), manifest);
            byKind.computeIfAbsent(manifest.kind(), kind -> new ArrayList<>()).add(FieldLocation.of(manifest));
        }
        Set<String> workloads = new HashSet<>();
        for (Pod pod : manifests.cluster().pods()) {
            Manifest manifest = byPosition.get(pod.metadata().position());
            // Of the replicas that a dump of a cluster has, one is enough.
            if (manifest != null
                    && (pod.owners().isEmpty()
                            || workloads.add(
                                    pod.namespace() + " " + pod.owners().get(0)))) {
                pods.add(source(pod, manifest));
            }
        }
        this.references = IdentityReference.of(manifests.objects(), pods);
    }

    /** Of a pod that runs, the workload that makes it, if it would make the same: there a remedy lasts. */
    private PodSource source(Pod pod, Manifest manifest) {
        return pod.workload()
                .flatMap(owner -> Optional.ofNullable(
                        written.get(owner.kind() + " " + new ObjectName(pod.namespace(), owner.name()))))
                .map(workload -> PodSource.of(pod, workload))
                .filter(source -> source.template().at("metadata", "labels").fields().stream()
                        .allMatch(label -> label.text().equals(pod.labels().get(label.key()))))
                .orElseGet(() -> PodSource.of(pod, manifest));
    }

    public Manifests manifests() {
        return manifests;
    }

    public Cluster cluster() {
        return manifests.cluster();
    }

    public MatchRules rules() {
        return rules;
    }

    public Profile profile() {
        return rules.profile();
    }

    public IdentityMatcher matcher() {
        return matcher;
    }

    public AzureFacts azure() {
        return azure;
    }

    /** All pods, one for each workload. */
    public List<PodSource> pods() {
        return pods;
    }

    /** All pods where the profile has an NMI, which sees them. */
    public List<PodSource> nmiPods() {
        return profile().hasNmi() ? pods : List.of();
    }

    /** Those of {@link #nmiPods} that ask for an identity by the label of pod identity. */
    public List<PodSource> labelledPods() {
        return nmiPods().stream().filter(PodSource::asksForBinding).toList();
    }

    /** The pods that the webhook of workload identity is asked about. */
    public List<PodSource> webhookPods() {
        return pods.stream().filter(PodSource::usesWorkloadIdentity).toList();
    }

    /** Objects that refer to an identity, beside pods. */
    public List<IdentityReference> references() {
        return references;
    }

    public List<AzureIdentity> identities() {
        return cluster().identities();
    }

    public List<AzureIdentityBinding> bindings() {
        return cluster().bindings();
    }

    /** All objects of a kind, also those that were not decoded. */
    public List<FieldLocation> kind(String kind) {
        return byKind.getOrDefault(kind, List.of());
    }

    /** Whether an object of that kind and name is written, also if it was not decoded. */
    public boolean isWritten(String kind, ObjectName name) {
        return written.containsKey(kind + " " + name);
    }

    /** What is written about an object of the cluster. */
    public FieldLocation location(KubernetesObject object) {
        Manifest manifest = byPosition.get(object.metadata().position());
        if (manifest == null) {
            throw new IllegalArgumentException("No manifest has made " + object.name());
        }
        return FieldLocation.of(manifest);
    }

    /** A field of the spec of an object of the cluster, also if it is in another letter case. */
    public FieldLocation field(KubernetesObject object, String key) {
        return location(object).at("spec").like(key);
    }

    /** Which identities the pod gets. */
    public PodMatch match(PodSource source) {
        return matches.computeIfAbsent(source.pod().name(), name -> matcher.match(source.pod()));
    }

    /** The service account that the pod runs as, if a manifest defines it. */
    public Optional<ServiceAccount> serviceAccount(PodSource source) {
        return cluster().serviceAccount(new ObjectName(source.namespace(), source.serviceAccount()));
    }
}
