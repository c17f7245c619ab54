package io.podidentity.podid.serve.arm;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What is special about one type of resource. Must be thread-safe. */
interface ResourceType {

    /** Provider and type, such as {@code Microsoft.Storage/storageAccounts}; compared case-insensitively. */
    String name();

    /**
     * What Azure adds to what was asked for.
     *
     * @param asked the body of the request; of a change, what there was with the changes in it
     * @throws ArmException if Azure would refuse it
     */
    Document complete(ResourceId id, Document asked);

    /** How long making or removing one takes; zero for at once. */
    default Duration time() {
        return Duration.ZERO;
    }

    /** Whether a slow making is answered by 202 without a body, and not by the resource as it is begun. */
    default boolean answersLater() {
        return false;
    }

    /** Called after one was made or changed. */
    default void made(ArmResource resource) {}

    /** Called after one was removed. */
    default void removed(ArmResource resource) {}

    /** The answer to a POST on the resource, if there is such an action. */
    default Optional<Map<String, Object>> act(ArmResource resource, String action) {
        return Optional.empty();
    }
}
