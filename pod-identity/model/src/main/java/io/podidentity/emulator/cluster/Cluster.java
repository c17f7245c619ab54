// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All objects of a cluster, each kind sorted by namespace and name; of two with one name the later wins, as with
 * {@code kubectl apply}. Immutable.
 *
 * @since 0.1.0
 */
public final class Cluster {

    public static final Cluster EMPTY = of(List.of());

    private final Map<Class<?>, Kind> kinds;

    private Cluster(Map<Class<?>, Kind> kinds) {
        this.kinds = kinds;
    }

    /** The cluster after all of them were applied in that order. */
    public static Cluster of(Iterable<? extends KubernetesObject> applied) {
        return new Cluster(Map.of()).with(applied);
    }

    /** The cluster after more were applied. */
    public Cluster with(Iterable<? extends KubernetesObject> applied) {
        var changed = new HashMap<Class<?>, Map<ObjectName, KubernetesObject>>();
        for (KubernetesObject object : applied) {
            changed.computeIfAbsent(
                            object.getClass(), kind -> new TreeMap<>(kind(kind).objects()))
                    .put(object.name(), object);
        }
        Map<Class<?>, Kind> all = new HashMap<>(kinds);
        changed.forEach((kind, objects) -> all.put(kind, new Kind(objects)));
        return new Cluster(all);
    }

    /** The cluster without the object of that kind and name. */
    public Cluster without(KubernetesObject deleted) {
        Map<ObjectName, KubernetesObject> left =
                new TreeMap<>(kind(deleted.getClass()).objects());
        left.remove(deleted.name());
        Map<Class<?>, Kind> all = new HashMap<>(kinds);
        all.put(deleted.getClass(), new Kind(left));
        return new Cluster(all);
    }

    /** The cluster without any object of that kind. */
    public Cluster withoutAll(Class<? extends KubernetesObject> kind) {
        Map<Class<?>, Kind> all = new HashMap<>(kinds);
        all.remove(kind);
        return new Cluster(all);
    }

    private Kind kind(Class<?> kind) {
        return kinds.getOrDefault(kind, new Kind(Map.of()));
    }

    /** All objects of all kinds, each kind sorted by namespace and name. */
    public List<KubernetesObject> all() {
        return kinds.values().stream()
                .flatMap(kind -> kind.objects().values().stream())
                .toList();
    }

    /** All objects of a kind, sorted by namespace and name. */
    public <T extends KubernetesObject> List<T> all(Class<T> kind) {
        return derived(kind, kind, objects -> objects);
    }

    /**
     * What is made of all objects of a kind; once, for all clusters that share these.
     *
     * @param key tells it from what else is made of them
     */
    @SuppressWarnings("unchecked") // what is under a key is of the type that was put there
    public <T extends KubernetesObject, R> R derived(Class<T> kind, Object key, Function<List<T>, R> made) {
        Kind all = kind(kind);
        return (R) all.derived()
                .computeIfAbsent(
                        key,
                        any -> Objects.requireNonNull(made.apply(
                                all.objects().values().stream().map(kind::cast).toList())));
    }

    /** How many objects of a kind there are. */
    public int count(Class<? extends KubernetesObject> kind) {
        return kind(kind).objects().size();
    }

    /** The object of a kind and a name. */
    public <T extends KubernetesObject> Optional<T> find(Class<T> kind, ObjectName name) {
        return Optional.ofNullable(kind(kind).objects().get(name)).map(kind::cast);
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

    /** The bindings of that selector, sorted by namespace and name. */
    public List<AzureIdentityBinding> bindings(String selector) {
        return derived(
                        AzureIdentityBinding.class,
                        "selector",
                        all -> all.stream().collect(Collectors.groupingBy(AzureIdentityBinding::selector)))
                .getOrDefault(selector, List.of());
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

    /** The objects of one kind, which nobody changes, and what was made of them. Thread-safe. */
    private record Kind(Map<ObjectName, KubernetesObject> objects, Map<Object, Object> derived) {

        Kind(Map<ObjectName, KubernetesObject> objects) {
            this(objects, new ConcurrentHashMap<>());
        }
    }
}
