package io.podidentity.emulator.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All objects of a cluster, each kind sorted by namespace and name; of two with one name the later wins, as with
 * {@code kubectl apply}. Immutable.
 */
public final class Cluster {

    public static final Cluster EMPTY = of(List.of());

    private final Map<Class<?>, Map<ObjectName, KubernetesObject>> objects;

    private Cluster(Map<Class<?>, Map<ObjectName, KubernetesObject>> objects) {
        this.objects = objects;
    }

    /** The cluster after all of them were applied in that order. */
    public static Cluster of(Iterable<? extends KubernetesObject> applied) {
        var objects = new HashMap<Class<?>, Map<ObjectName, KubernetesObject>>();
        for (KubernetesObject object : applied) {
            objects.computeIfAbsent(object.getClass(), kind -> new TreeMap<>()).put(object.name(), object);
        }
        return new Cluster(objects);
    }

    /** The cluster after more were applied. */
    public Cluster with(Iterable<? extends KubernetesObject> applied) {
        var all = new ArrayList<KubernetesObject>();
        objects.values().forEach(kind -> all.addAll(kind.values()));
        applied.forEach(all::add);
        return of(all);
    }

    /** The cluster without the object of that kind and name. */
    public Cluster without(KubernetesObject deleted) {
        var all = new ArrayList<KubernetesObject>();
        objects.values().forEach(kind -> all.addAll(kind.values()));
        all.removeIf(object ->
                object.getClass() == deleted.getClass() && object.name().equals(deleted.name()));
        return of(all);
    }

    /** All objects of all kinds, each kind sorted by namespace and name. */
    public List<KubernetesObject> all() {
        return objects.values().stream().flatMap(kind -> kind.values().stream()).toList();
    }

    /** All objects of a kind, sorted by namespace and name. */
    public <T extends KubernetesObject> List<T> all(Class<T> kind) {
        return objects.getOrDefault(kind, Map.of()).values().stream()
                .map(kind::cast)
                .toList();
    }

    /** The object of a kind and a name. */
    public <T extends KubernetesObject> Optional<T> find(Class<T> kind, ObjectName name) {
        return Optional.ofNullable(objects.getOrDefault(kind, Map.of()).get(name))
                .map(kind::cast);
    }

    public List<Pod> pods() {
        return all(Pod.class);
    }

    public List<AzureIdentity> identities() {
        return all(AzureIdentity.class);
    }

    public List<AzureIdentityBinding> bindings() {
        return all(AzureIdentityBinding.class);
    }

    public List<AzurePodIdentityException> exceptions() {
        return all(AzurePodIdentityException.class);
    }

    public Optional<Pod> pod(ObjectName name) {
        return find(Pod.class, name);
    }

    public Optional<Secret> secret(ObjectName name) {
        return find(Secret.class, name);
    }

    public Optional<ServiceAccount> serviceAccount(ObjectName name) {
        return find(ServiceAccount.class, name);
    }
}
