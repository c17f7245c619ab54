// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.PodTraces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All that rules look at: the objects, where they are written, and which identity each pod gets. Not thread-safe. */
public final class RuleContext {

    public static final RuleContext EMPTY = new RuleContext(
            new Manifests(Cluster.EMPTY, List.of(), List.of(), List.of()),
            MatchRules.of(Profile.V1_8_17),
            AzureFacts.NONE);

    private final Manifests manifests;
    private final List<Skipped> missed;
    private final MatchRules rules;
    private final IdentityMatcher matcher;
    private final AzureFacts azure;
    private final Map<Position, Manifest> byPosition = new HashMap<>();
    private final Map<String, List<FieldLocation>> byKind = new HashMap<>();
    private final Map<String, List<ObjectName>> names = new HashMap<>();
    private final Map<ObjectRef, Manifest> written = new HashMap<>();
    /** One for each workload: of the replicas that a dump of a cluster has, one is enough. */
    private final Map<String, PodSource> pods = new LinkedHashMap<>();

    private final Map<ObjectName, PodMatch> matches = new HashMap<>();
    private final List<IdentityReference> references;
    private final PodTraces traces;

    /** Looks at all that a user has named: the manifests themselves say what of them was not looked at. */
    public RuleContext(Manifests manifests, MatchRules rules, AzureFacts azure) {
        this(manifests, rules, azure, manifests.skipped());
    }

    /**
     * Looks at manifests that may be a part of what a user has named.
     *
     * @param missed what of the whole input was not looked at
     */
    public RuleContext(Manifests manifests, MatchRules rules, AzureFacts azure, List<Skipped> missed) {
        this.missed = missed.stream().filter(Skipped::isMissed).toList();
        this.manifests = manifests;
        this.rules = rules;
        this.matcher = new IdentityMatcher(manifests.cluster(), rules);
        this.azure = azure;
        manifests.objects().forEach(this::index);
        for (Pod pod : manifests.cluster().pods()) {
            Manifest manifest = byPosition.get(pod.metadata().position());
            if (manifest != null) {
                pods.computeIfAbsent(nameMaker(pod, manifest), maker -> findSource(pod, manifest));
            }
        }
        this.references = IdentityReference.findAll(manifests.objects(), pods());
        this.traces = PodTraces.of(manifests.objects(), missed);
    }

    private void index(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        // The decoded objects know where they are written and not in which manifest, so the position leads there.
        byPosition.put(manifest.content().position(), manifest);
        for (PodPlace place : manifest.pods()) {
            byPosition.putIfAbsent(object.at(place.at()).valuePosition(), manifest);
        }
        written.put(manifest.ref(), manifest);
        byKind.computeIfAbsent(manifest.kind(), kind -> new ArrayList<>()).add(object);
        names.computeIfAbsent(manifest.kind(), kind -> new ArrayList<>()).add(manifest.name());
    }

    /** The same for all replicas of a pod: the name of their owner, or the name of a pod that has no owner. */
    private static String nameMaker(Pod pod, Manifest manifest) {
        if (pod.owners().isEmpty() || manifest.pods().size() > 1) {
            return pod.name().toString();
        }
        return pod.namespace() + " " + pod.owners().get(0);
    }

    /** The workload's manifest if its labels still agree with those of the running pod, since a remedy there lasts. */
    private PodSource findSource(Pod pod, Manifest manifest) {
        return findWorkload(pod)
                .filter(workload ->
                        manifest.kind().equals("Pod") && workload.pods().size() == 1)
                .map(workload -> PodSource.of(pod, workload))
                .filter(source -> hasLabelsOf(source, pod))
                .orElseGet(() -> PodSource.of(pod, manifest));
    }

    private Optional<Manifest> findWorkload(Pod pod) {
        return pod.workload()
                .map(owner -> new ObjectRef(owner.kind(), new ObjectName(pod.namespace(), owner.name())))
                .map(written::get);
    }

    /** Whether the pod still has the labels that its workload would give it now. */
    private static boolean hasLabelsOf(PodSource workload, Pod pod) {
        return workload.labels().fields().stream()
                .allMatch(label -> label.text().equals(pod.labels().get(label.key())));
    }

    public Manifests manifests() {
        return manifests;
    }

    /** What of the whole input was not looked at, so that what seems to be absent may be there. */
    public List<Skipped> missed() {
        return missed;
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

    public List<PodSource> pods() {
        return List.copyOf(pods.values());
    }

    /** The pod, or that of its replicas that stands for all of them. */
    public Optional<PodSource> source(Pod pod) {
        return Optional.ofNullable(byPosition.get(pod.metadata().position()))
                .map(manifest -> pods.get(nameMaker(pod, manifest)));
    }

    /** All pods if the profile has an NMI, else none. Also those whose requests NMI does not see. */
    public List<PodSource> nmiPods() {
        return profile().hasNmi() ? pods() : List.of();
    }

    /** Those of {@link #nmiPods} whose label of pod identity has a value. */
    public List<PodSource> labelledPods() {
        return nmiPods().stream().filter(PodSource::asksForBinding).toList();
    }

    /** The pods that the webhook of workload identity is asked about. */
    public List<PodSource> webhookPods() {
        return pods().stream().filter(PodSource::usesWorkloadIdentity).toList();
    }

    /** Those that are to get an identity, one way or the other. */
    public List<PodSource> identityPods() {
        return pods().stream()
                .filter(pod -> pod.usesWorkloadIdentity() || (profile().hasNmi() && pod.asksForBinding()))
                .toList();
    }

    /** Objects other than pods that refer to an identity. */
    public List<IdentityReference> references() {
        return references;
    }

    /** What says something of pods that cannot be told. */
    public PodTraces traces() {
        return traces;
    }

    public List<AzureIdentity> identities() {
        return cluster().identities();
    }

    public List<AzureIdentityBinding> bindings() {
        return cluster().bindings();
    }

    /** All objects of a kind, also those that were not decoded. */
    public List<FieldLocation> objectsOfKind(String kind) {
        return byKind.getOrDefault(kind, List.of());
    }

    /** Whether an object of that kind and name is written, also if it was not decoded. */
    public boolean isWritten(String kind, ObjectName name) {
        return written.containsKey(new ObjectRef(kind, name));
    }

    /** The names of all objects of a kind in a namespace, also of those that were not decoded. */
    public List<String> listNames(String kind, String namespace) {
        return names.getOrDefault(kind, List.of()).stream()
                .filter(name -> name.namespace().equals(namespace))
                .map(ObjectName::name)
                .toList();
    }

    /** The namespaces in which a kind has an object of that name. */
    public List<String> listNamespaces(String kind, String name) {
        return names.getOrDefault(kind, List.of()).stream()
                .filter(object -> object.name().equals(name))
                .map(ObjectName::namespace)
                .toList();
    }

    /** Whether files say the namespace of the object that has the field, and of each object of that kind and name. */
    public boolean isPlaced(FieldLocation field, String kind, String name) {
        Stream<FieldLocation> holders = manifests.objects().stream()
                .filter(manifest -> manifest.ref().equals(field.object()))
                .map(FieldLocation::of);
        Stream<FieldLocation> named = objectsOfKind(kind).stream()
                .filter(object -> object.at("metadata", "name").text().equals(name));
        return Stream.concat(holders, named)
                .allMatch(object -> object.at("metadata", "namespace").exists());
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

    /** Which identities NMI gives the pod, by the rules of the version. */
    public PodMatch match(PodSource source) {
        return matches.computeIfAbsent(source.pod().name(), name -> matcher.match(source.pod()));
    }

    /** The client ID that the pod's service account names; empty if it names none or no manifest defines it. */
    public String clientId(PodSource source) {
        return serviceAccount(source)
                .map(account -> account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("");
    }

    /** The service account that the pod runs as, if a manifest defines it. */
    public Optional<ServiceAccount> serviceAccount(PodSource source) {
        return cluster().serviceAccount(new ObjectName(source.namespace(), source.serviceAccount()));
    }
}
