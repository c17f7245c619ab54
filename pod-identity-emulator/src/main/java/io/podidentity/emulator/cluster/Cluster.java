package io.podidentity.emulator.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All objects of a cluster, each kind sorted by namespace and name; of two with one name the later wins, as with
 * {@code kubectl apply}. Immutable.
 */
public final class Cluster {

    public static final Cluster EMPTY = of(List.of());

    private final Map<Class<?>, Map<ObjectName, KubernetesObject>> objects;
    private final BindingsBySelector bindings;

    private Cluster(Map<Class<?>, Map<ObjectName, KubernetesObject>> objects, BindingsBySelector known) {
        Map<ObjectName, KubernetesObject> kind = objects.getOrDefault(AzureIdentityBinding.class, Map.of());
        this.objects = objects;
        this.bindings = known.isOf(kind) ? known : new BindingsBySelector(kind);
    }

    /** The cluster after all of them were applied in that order. */
    public static Cluster of(Iterable<? extends KubernetesObject> applied) {
        var objects = new HashMap<Class<?>, Map<ObjectName, KubernetesObject>>();
        for (KubernetesObject object : applied) {
            objects.computeIfAbsent(object.getClass(), kind -> new TreeMap<>()).put(object.name(), object);
        }
        return new Cluster(objects, BindingsBySelector.NONE);
    }

    /** The cluster after more were applied. */
    public Cluster with(Iterable<? extends KubernetesObject> applied) {
        Map<Class<?>, Map<ObjectName, KubernetesObject>> all = new HashMap<>(objects);
        var copied = new HashSet<Class<?>>();
        for (KubernetesObject object : applied) {
            if (copied.add(object.getClass())) {
                all.put(object.getClass(), new TreeMap<>(all.getOrDefault(object.getClass(), Map.of())));
            }
            Objects.requireNonNull(all.get(object.getClass())).put(object.name(), object);
        }
        return new Cluster(all, bindings);
    }

    /** The cluster without the object of that kind and name. */
    public Cluster without(KubernetesObject deleted) {
        Map<ObjectName, KubernetesObject> kind = new TreeMap<>(objects.getOrDefault(deleted.getClass(), Map.of()));
        kind.remove(deleted.name());
        Map<Class<?>, Map<ObjectName, KubernetesObject>> all = new HashMap<>(objects);
        all.put(deleted.getClass(), kind);
        return new Cluster(all, bindings);
    }

    /** The cluster without any object of that kind. */
    public Cluster withoutAll(Class<? extends KubernetesObject> kind) {
        Map<Class<?>, Map<ObjectName, KubernetesObject>> all = new HashMap<>(objects);
        all.remove(kind);
        return new Cluster(all, bindings);
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

    /** How many objects of a kind there are. */
    public int count(Class<? extends KubernetesObject> kind) {
        return objects.getOrDefault(kind, Map.of()).size();
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

    /** The bindings of that selector, sorted by namespace and name. */
    public List<AzureIdentityBinding> bindings(String selector) {
        return bindings.of(selector);
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

    /** Finds bindings by their selector; made of them when first asked. Thread-safe: at worst it is made twice. */
    static final class BindingsBySelector {

        static final BindingsBySelector NONE = new BindingsBySelector(Map.of());

        private final Map<ObjectName, KubernetesObject> bindings;
        private volatile @Nullable Map<String, List<AzureIdentityBinding>> bySelector;

        BindingsBySelector(Map<ObjectName, KubernetesObject> bindings) {
            this.bindings = bindings;
        }

        /** Whether these are the very same bindings, which nobody changes. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(Map<ObjectName, KubernetesObject> others) {
            return bindings == others;
        }

        List<AzureIdentityBinding> of(String selector) {
            Map<String, List<AzureIdentityBinding>> made = bySelector;
            if (made == null) {
                made = make();
                bySelector = made;
            }
            return made.getOrDefault(selector, List.of());
        }

        private Map<String, List<AzureIdentityBinding>> make() {
            Map<String, List<AzureIdentityBinding>> made = new HashMap<>();
            for (KubernetesObject object : bindings.values()) {
                var binding = (AzureIdentityBinding) object;
                made.computeIfAbsent(binding.selector(), selector -> new ArrayList<>())
                        .add(binding);
            }
            made.replaceAll((selector, list) -> List.copyOf(list));
            return made;
        }
    }
}
