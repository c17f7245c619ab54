package io.podidentity.podid.serve.arm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** All resources of the subscription. Thread-safe. */
final class ResourceStore {

    private final Map<String, ArmResource> resources = new ConcurrentSkipListMap<>();

    Optional<ArmResource> get(ResourceId id) {
        return Optional.ofNullable(resources.get(id.key()));
    }

    void put(ArmResource resource) {
        resources.put(resource.id().key(), resource);
    }

    /** Removes it with all that is in it. */
    void remove(ResourceId id) {
        resources.values().removeIf(resource -> resource.id().isIn(id));
    }

    /** Those of the type (in lower case) in the scope, in the order of their paths. */
    List<ArmResource> in(ResourceId scope, String type) {
        return all().stream()
                .filter(resource -> resource.id().type().equals(type))
                .filter(resource -> resource.id().isIn(scope))
                .toList();
    }

    List<ArmResource> all() {
        return List.copyOf(resources.values());
    }
}
