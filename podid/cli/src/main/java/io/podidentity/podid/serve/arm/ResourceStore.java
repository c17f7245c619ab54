// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** All resources of the subscription and all objects of the directory, by their paths. Thread-safe. */
final class ResourceStore {

    private final Map<String, Resource> resources = new ConcurrentSkipListMap<>();

    /**
     * One of them.
     *
     * @param ready until when it is being made
     * @param failure why it is not made in the end, if so
     */
    record Resource(ResourceId id, Document body, Instant ready, Optional<ArmException> failure) {

        static Resource of(ResourceId id, Document body) {
            return new Resource(id, body, Instant.EPOCH, Optional.empty());
        }

        /** With its state. */
        Document at(Instant now) {
            if (now.isBefore(ready)) {
                return body.withProperty("provisioningState", "Creating");
            }
            return failure.map(why -> body.withProperty("provisioningState", "Failed")
                            .with("error", why.error().fields()))
                    .orElseGet(() -> body.withProperty("provisioningState", "Succeeded"));
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
        List<Resource> all = in(id);
        resources.values().removeAll(all);
        return all;
    }

    /** What has that path or is below it, in the order of the paths. */
    List<Resource> in(ResourceId scope) {
        return resources.values().stream()
                .filter(resource -> resource.id().isIn(scope))
                .toList();
    }

    /** Those of the collection, without what is in them. */
    List<Resource> members(ResourceId collection) {
        return in(collection).stream()
                .filter(one ->
                        one.id().segments().size() == collection.segments().size() + 1)
                .toList();
    }
}
