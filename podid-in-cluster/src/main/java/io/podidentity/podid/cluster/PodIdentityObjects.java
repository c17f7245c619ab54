package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.nmi.ApiServer.UnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The cluster's own objects of pod identity, decoded as the profile does, and the pods that ask for an identity.
 *
 * <p>Thread-safety: safe. Lifecycle: follows the objects from the beginning until the client is closed.
 */
final class PodIdentityObjects {

    static final String VERSION = "v1";
    static final String GROUP = "aadpodidentity.k8s.io";
    static final String ASSIGNED = "AzureAssignedIdentity";

    private static final ResourceDefinitionContext PODS = kind("", "Pod", "pods");

    private final KubernetesClient client;
    private final ManifestReader reader;
    private final Consumer<String> log;
    private final SharedIndexInformer<GenericKubernetesResource> identities;
    private final SharedIndexInformer<GenericKubernetesResource> bindings;
    private final List<SharedIndexInformer<GenericKubernetesResource>> followed;

    // @GuardedBy("this"), by kind, UID and version
    private Map<String, Optional<KubernetesObject>> decoded = Map.of();

    private final SoonAfter<GenericKubernetesResource> changes;
    private volatile Runnable listener = () -> {};

    /** @throws KubernetesClientException if the API server refuses, say since it does not know the kinds */
    PodIdentityObjects(KubernetesClient client, Profile profile, Executor thread, Consumer<String> log) {
        this.client = client;
        this.reader = new ManifestReader(profile);
        this.log = log;
        this.changes = new SoonAfter<>(thread, () -> listener.run());
        this.identities =
                ofEverywhere(kind(GROUP, "AzureIdentity", "azureidentities")).inform(changes);
        this.bindings = ofEverywhere(kind(GROUP, "AzureIdentityBinding", "azureidentitybindings"))
                .inform(changes);
        this.followed = List.of(
                identities,
                bindings,
                ofEverywhere(kind(GROUP, "AzurePodIdentityException", "azurepodidentityexceptions"))
                        .inform(changes),
                // MIC leaves alone what is on no node yet.
                ofEverywhere(PODS)
                        .withLabel(Pod.BINDING_LABEL)
                        .withoutField("spec.nodeName", "")
                        .inform(changes));
    }

    static ResourceDefinitionContext assigned() {
        return kind(GROUP, ASSIGNED, "azureassignedidentities");
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

    private FilterWatchListDeletable<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            ofEverywhere(ResourceDefinitionContext kind) {
        return client.genericKubernetesResources(kind).inAnyNamespace();
    }

    /** Runs the task soon, and from now on after objects have changed. */
    void onChange(Runnable task) {
        listener = task;
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

    /** The assigned identities that there are. */
    Cluster assignedNow() {
        return Cluster.of(decode(ofEverywhere(assigned())));
    }

    /**
     * The pods of that address.
     *
     * @throws UnavailableException if the API server does not answer
     */
    List<Pod> podsAt(String ip) {
        try {
            return Cluster.of(decode(ofEverywhere(PODS).withField("status.podIP", ip)))
                    .pods();
        } catch (KubernetesClientException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    /** The identity of that name as the API server has it. */
    Optional<GenericKubernetesResource> identity(ObjectName name) {
        return Optional.ofNullable(identities.getStore().getByKey(name.toString()));
    }

    /** The binding of that name as the API server has it. */
    Optional<GenericKubernetesResource> binding(ObjectName name) {
        return Optional.ofNullable(bindings.getStore().getByKey(name.toString()));
    }

    private List<KubernetesObject> decode(
            FilterWatchListDeletable<
                            GenericKubernetesResource,
                            GenericKubernetesResourceList,
                            Resource<GenericKubernetesResource>>
                    objects) {
        return objects.list().getItems().stream()
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
}
