// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** All resources of the subscription and all objects of the directory, by their paths. Thread-safe. */
final class ResourceStore {

    private static final String STATE = "provisioningState";

    /** Sorted by path, so that a list has the same order each time. */
    private final Map<String, Resource> resources = new ConcurrentSkipListMap<>();

    /**
     * A resource of the subscription, or an object of the directory.
     *
     * @param ready when its creation ends; in the past for what is there at once
     * @param failure why its creation fails in the end; empty if it succeeds
     */
    record Resource(ResourceId id, Document body, Instant ready, Optional<ArmException> failure) {

        /** A resource that is there at once. */
        static Resource ready(ResourceId id, Document body) {
            return new Resource(id, body, Instant.EPOCH, Optional.empty());
        }

        boolean isBeingCreated(Instant now) {
            return now.isBefore(ready);
        }

        /** Its fields with the state that its creation has at that time. */
        Document describe(Instant now) {
            if (isBeingCreated(now)) {
                return body.withProperty(STATE, "Creating");
            }
            if (failure.isPresent()) {
                return body.withProperty(STATE, "Failed")
                        .with("error", failure.get().error().fields());
            }
            return body.withProperty(STATE, "Succeeded");
        }
    }

    Optional<Resource> find(ResourceId id) {
        return Optional.ofNullable(resources.get(id.key()));
    }

    boolean contains(ResourceId id) {
        return resources.containsKey(id.key());
    }

    void put(Resource resource) {
        resources.put(resource.id().key(), resource);
    }

    /** Removes the resource with everything below it, and returns what was removed. */
    List<Resource> remove(ResourceId id) {
        List<Resource> removed = listWithin(id);
        resources.values().removeAll(removed);
        return removed;
    }

    /** What has that path or is below it, in the order of the paths. */
    List<Resource> listWithin(ResourceId scope) {
        return resources.values().stream()
                .filter(resource -> resource.id().isIn(scope))
                .toList();
    }

    /** The members of a collection, without what is below them. */
    List<Resource> listMembers(ResourceId collection) {
        int memberLength = collection.segments().size() + 1;
        return listWithin(collection).stream()
                .filter(resource -> resource.id().segments().size() == memberLength)
                .toList();
    }
}
