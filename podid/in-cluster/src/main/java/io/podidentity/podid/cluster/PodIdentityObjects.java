// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.mic.Event;
import io.podidentity.emulator.nmi.ApiServer.UnavailableException;
import io.podidentity.emulator.plan.ActualCluster;
import io.podidentity.emulator.server.ProxyAuthentication;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The cluster's own objects of pod identity, decoded as the profile does, and the pods that ask for an identity. What
 * MIC decides is written there as MIC does it: the same names, labels, copies and events.
 *
 * <p>Thread-safety: safe. Lifecycle: follows the objects from the beginning until the client is closed.
 */
final class PodIdentityObjects implements ActualCluster {

    private static final String VERSION = "v1";
    private static final String GROUP = "aadpodidentity.k8s.io";
    private static final String ASSIGNED = "AzureAssignedIdentity";

    private static final ResourceDefinitionContext PODS = kind("", "Pod", "pods");
    private static final ResourceDefinitionContext ASSIGNED_KIND = kind(GROUP, ASSIGNED, "azureassignedidentities");

    private final KubernetesClient client;
    private final NodeTokens nodes;
    private final OwnerReference owner;
    private final ManifestReader reader;
    private final Consumer<String> log;
    private final SharedIndexInformer<GenericKubernetesResource> identities;
    private final SharedIndexInformer<GenericKubernetesResource> bindings;
    private final List<SharedIndexInformer<GenericKubernetesResource>> followed;

    // @GuardedBy("this"), by UID and version
    private Map<String, Optional<KubernetesObject>> decoded = Map.of();

    /** @throws KubernetesClientException if the API server refuses, say since it does not know the kinds */
    PodIdentityObjects(KubernetesClient client, Profile profile, NodeTokens nodes, Consumer<String> log) {
        this.client = client;
        this.nodes = nodes;
        this.owner = OwnNamespace.asOwner(client);
        this.reader = new ManifestReader(profile);
        this.log = log;
        this.identities =
                ofEverywhere(kind(GROUP, "AzureIdentity", "azureidentities")).inform();
        this.bindings = ofEverywhere(kind(GROUP, "AzureIdentityBinding", "azureidentitybindings"))
                .inform();
        this.followed = List.of(
                identities,
                bindings,
                ofEverywhere(kind(GROUP, "AzurePodIdentityException", "azurepodidentityexceptions"))
                        .inform(),
                // MIC leaves alone what is on no node yet.
                ofEverywhere(PODS)
                        .withLabel(Pod.BINDING_LABEL)
                        .withoutField("spec.nodeName", "")
                        .inform());
    }

    private static ResourceDefinitionContext kind(String group, String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(VERSION)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private AnyNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            ofEverywhere(ResourceDefinitionContext kind) {
        return client.genericKubernetesResources(kind).inAnyNamespace();
    }

    /** Runs the task soon, and from now on after objects have changed. */
    void onChange(Executor thread, Runnable task) {
        var changes = new SoonAfter(thread, task);
        followed.forEach(kind -> kind.addEventHandler(changes));
        changes.run();
    }

    /** The objects as they are now, without those that MIC writes. */
    synchronized Cluster now() {
        var present = new HashMap<String, Optional<KubernetesObject>>();
        for (SharedIndexInformer<GenericKubernetesResource> kind : followed) {
            for (GenericKubernetesResource object : kind.getStore().list()) {
                String key =
                        object.getMetadata().getUid() + object.getMetadata().getResourceVersion();
                Optional<KubernetesObject> known = decoded.get(key);
                present.put(key, known == null ? decode(object) : known);
            }
        }
        decoded = present;
        return Cluster.of(present.values().stream().flatMap(Optional::stream).toList());
    }

    Cluster assignedNow() {
        return Cluster.of(decode(ofEverywhere(ASSIGNED_KIND).list()));
    }

    /** The name of an assigned identity that podid has not written; empty if there is none. */
    static Optional<String> ofAnotherMic(KubernetesClient client) {
        return client.genericKubernetesResources(ASSIGNED_KIND).inAnyNamespace().list().getItems().stream()
                .filter(assigned ->
                        assigned.getMetadata().getOwnerReferences().stream().noneMatch(OwnNamespace::isThat))
                .findFirst()
                .map(assigned -> assigned.getMetadata().getNamespace() + "/"
                        + assigned.getMetadata().getName());
    }

    @Override
    public ProxyAuthentication nodes() {
        return nodes;
    }

    @Override
    public List<Pod> podsAt(String ip) {
        try {
            return Cluster.of(decode(
                            ofEverywhere(PODS).withField("status.podIP", ip).list()))
                    .pods();
        } catch (KubernetesClientException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    private List<KubernetesObject> decode(GenericKubernetesResourceList objects) {
        return objects.getItems().stream()
                .flatMap(object -> decode(object).stream())
                .toList();
    }

    private Optional<KubernetesObject> decode(GenericKubernetesResource object) {
        // The greater part of the object, which nobody reads.
        object.getMetadata().setManagedFields(null);
        String name = object.getKind() + " " + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName();
        Manifests read = reader.readText(name, Serialization.asJson(object));
        read.problems().stream().filter(Problem::isFatal).forEach(problem -> log.accept(problem.toString()));
        return read.cluster().all().stream().findFirst();
    }

    @Override
    public boolean put(AzureAssignedIdentity assigned) {
        return isDone(
                assigned,
                () -> resource(assigned).fieldManager("podid").forceConflicts().serverSideApply());
    }

    @Override
    public boolean remove(AzureAssignedIdentity assigned) {
        return isDone(assigned, () -> {
            var unused = resource(assigned).delete();
        });
    }

    /** What the API server does not answer is tried until it does. */
    private boolean isDone(AzureAssignedIdentity assigned, Runnable request) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                request.run();
                return true;
            } catch (KubernetesClientException e) {
                log.accept("cannot write " + ASSIGNED + " " + assigned.name() + ": " + e.getMessage());
                if (isRefusal(e)) {
                    return false;
                }
                // The client itself has waited between its own attempts.
            }
        }
        return false;
    }

    private static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST && e.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR;
    }

    /** Of a kind that is named, so that the client does not ask for all that there are. */
    private Resource<GenericKubernetesResource> resource(AzureAssignedIdentity assigned) {
        var spec = new LinkedHashMap<String, Object>();
        written(identities, assigned.identity().name()).ifPresent(copy -> spec.put("azureIdentityRef", copy));
        written(bindings, assigned.binding().name()).ifPresent(copy -> spec.put("azureBindingRef", copy));
        spec.put("nodename", assigned.nodeName());
        spec.put("pod", assigned.pod().name());
        spec.put("podNamespace", assigned.pod().namespace());
        String namespace = assigned.name().namespace();
        return client.genericKubernetesResources(ASSIGNED_KIND)
                .inNamespace(namespace)
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion(GROUP + "/" + VERSION)
                        .withKind(ASSIGNED)
                        .withMetadata(new ObjectMetaBuilder()
                                .withName(assigned.name().name())
                                .withNamespace(namespace)
                                .withLabels(assigned.metadata().labels())
                                // Without MIC's finalizer, which nobody would take away when podid is gone.
                                .withOwnerReferences(owner)
                                .build())
                        .addToAdditionalProperties("spec", spec)
                        .addToAdditionalProperties(
                                "status",
                                Map.of(
                                        "availableReplicas",
                                        1,
                                        "status",
                                        assigned.state().text()))
                        .build());
    }

    /** As the API server has it. */
    private static Optional<GenericKubernetesResource> written(
            SharedIndexInformer<GenericKubernetesResource> kind, ObjectName name) {
        return Optional.ofNullable(kind.getStore().getByKey(name.toString()));
    }

    @Override
    public void record(Event event) {
        try {
            client.resource(written(event)).create();
        } catch (KubernetesClientException e) {
            log.accept("cannot record the event of " + event.object() + ": " + e.getMessage());
        }
    }

    private HasMetadata written(Event event) {
        ObjectName name = event.object();
        Instant now = Instant.now();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(name.namespace())
                .withName(name.name() + "." + Long.toHexString(now.getEpochSecond() * 1_000_000_000 + now.getNano()))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(GROUP + "/" + VERSION)
                // With the version in it, as MIC does.
                .withKind(VERSION + ".AzureIdentityBinding")
                .withNamespace(name.namespace())
                .withName(name.name())
                .withUid(written(bindings, name)
                        .map(binding -> binding.getMetadata().getUid())
                        .orElse(null))
                .endInvolvedObject()
                .withType(event.warning() ? "Warning" : "Normal")
                .withReason(event.reason())
                .withMessage(event.message())
                .withFirstTimestamp(now.toString())
                .withLastTimestamp(now.toString())
                .withCount(1)
                .withNewSource()
                .withComponent(GROUP)
                .endSource()
                .withReportingComponent(GROUP)
                .build();
    }
}
