package io.podidentity.podid.serve.arm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** All resources of the subscription. Thread-safe. */
final class ResourceStore {

    private final Map<String, Resource> resources = new ConcurrentSkipListMap<>();

    record Resource(ResourceId id, Document body) {

        Resource in(String provisioningState) {
            return new Resource(id, body.withProperty("provisioningState", provisioningState));
        }
    }

    Optional<Resource> get(ResourceId id) {
        return Optional.ofNullable(resources.get(id.key()));
    }

    void put(Resource resource) {
        resources.put(resource.id().key(), resource);
    }

    /** Removes it with all that is in it, and returns that. */
    List<Resource> remove(ResourceId id) {
        List<Resource> all = all().stream().filter(one -> one.id().isIn(id)).toList();
        resources.values().removeAll(all);
        return all;
    }

    /** Those of the type (in lower case) in the scope, in the order of their paths. */
    List<Resource> in(ResourceId scope, String type) {
        return all().stream()
                .filter(resource -> resource.id().type().equals(type))
                .filter(resource -> resource.id().isIn(scope))
                .toList();
    }

    List<Resource> all() {
        return List.copyOf(resources.values());
    }
}
