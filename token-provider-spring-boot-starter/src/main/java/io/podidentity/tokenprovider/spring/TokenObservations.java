package io.podidentity.tokenprovider.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.podidentity.tokenprovider.TokenListener;
import java.util.function.Supplier;

/**
 * Notes in the current observation, and so in its trace, that it waited for a token: that is what a slow first request
 * was doing. Only callers of the blocking methods are on the thread of their observation.
 */
final class TokenObservations implements TokenListener {
    private final Supplier<ObservationRegistry> registry;

    TokenObservations(Supplier<ObservationRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public void on(Event event) {
        Observation current = event.kind() == Kind.WAITED ? registry.get().getCurrentObservation() : null;
        if (current != null) {
            String outcome = event.failure()
                    .map(failure -> "failed: " + failure.code())
                    .orElse("from " + event.source().orElse("the cache"));
            current.event(Observation.Event.of(
                    "tokenprovider.waited",
                    "waited " + event.duration().toMillis() + " ms for a token for "
                            + event.request().resource() + ", " + outcome));
        }
    }
}
