// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenListener.Kind;
import io.podidentity.tokenprovider.TokenRequest;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * An observation for each call that waits for a token, because none is cached: a span of the trace in which the call
 * is, with the low-cardinality tags {@code identity}, {@code resource}, {@code source}, {@code outcome} and {@code
 * error.type}. A call that the cache answers has none, and neither has one that holds a future.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenObservations implements TokenIdentities.Listener, SmartInitializingSingleton {
    private static final String NAME = "token.provider.request";
    private static final String NONE = "none";
    private static final String OTHER = "other";

    private final TokenWatch watch;
    private final ObjectProvider<ObservationRegistry> registries;

    /** No registry until all beans are made: one that sends spans to Azure may need a token to be made itself. */
    private volatile ObservationRegistry registry = ObservationRegistry.NOOP;

    TokenObservations(TokenWatch watch, ObjectProvider<ObservationRegistry> registries) {
        this.watch = watch;
        this.registries = registries;
    }

    @Override
    public void afterSingletonsInstantiated() {
        registry = registries.getIfAvailable(() -> ObservationRegistry.NOOP);
    }

    /** What an observation is of. */
    private static final class Waiting extends Observation.Context {
        private final TokenRequest request;

        Waiting(TokenRequest request) {
            this.request = request;
        }
    }

    @Override
    public void waiting(String identity, TokenRequest request) {
        Observation observation = Observation.createNotStarted(NAME, () -> new Waiting(request), registry);
        // One that nobody wants has another context. Its scope would not be recognised at the end, and stay open.
        if (observation.getContext() instanceof Waiting) {
            observation
                    .contextualName("token for " + request.resource())
                    .start()
                    .openScope();
        }
    }

    @Override
    public void on(String identity, Event event) {
        Observation.Scope scope = event.kind() == Kind.WAITED ? registry.getCurrentObservationScope() : null;
        if (scope == null) {
            return;
        }
        Observation observation = scope.getCurrentObservation();
        // A future's answer may be told of on the thread of another call.
        if (observation.getContext() instanceof Waiting waiting && waiting.request.equals(event.request())) {
            describe(observation, WatchedToken.of(identity, event.request()), event);
            scope.close();
            observation.stop();
        }
    }

    private void describe(Observation observation, WatchedToken token, Event event) {
        event.failure().ifPresent(observation::error);
        String error = event.failure()
                .map(failure -> failure.code().name().toLowerCase(Locale.ROOT))
                .orElse(NONE);
        // The watch has bounded the number of tokens, and so of values of the tag.
        boolean isKnown = watch.seen(token) != null;
        observation
                .lowCardinalityKeyValue("identity", token.identity())
                .lowCardinalityKeyValue("resource", isKnown ? token.resource() : OTHER)
                .lowCardinalityKeyValue("source", event.source().orElse(NONE))
                .lowCardinalityKeyValue("outcome", error.equals(NONE) ? "SUCCESS" : "ERROR")
                .lowCardinalityKeyValue("error.type", error)
                .highCardinalityKeyValue("request", token.details().isEmpty() ? NONE : token.details());
    }
}
