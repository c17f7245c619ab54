// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener.Event;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what became of the tokens that the settings name and of those that the application has used, so that
 * health, metrics and the endpoint can tell it without a request for a token.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenWatch implements TokenIdentities.Listener {
    /** Keeps an application that asks for resources without end from filling the memory. */
    private static final int MAX_TOKENS = 100;

    private final InstantSource clock;
    private final Map<WatchedToken, SeenToken> seen = new LinkedHashMap<>();
    private final Set<WatchedToken> required = new HashSet<>();

    /**
     * @param identity the name of the default identity
     * @param requests those that the settings name for it
     */
    TokenWatch(String identity, List<TokenRequest> requests, InstantSource clock) {
        this.clock = clock;
        for (TokenRequest request : requests) {
            require(identity, request);
        }
    }

    /** Notes that the settings name this token: without it the application is down. */
    void require(String identity, TokenRequest request) {
        WatchedToken token = WatchedToken.of(identity, request);
        synchronized (seen) {
            required.add(token);
            seen.putIfAbsent(token, SeenToken.notAskedFor(token));
        }
    }

    /** Whether the settings name this token, as they do for each client assertion. */
    boolean isRequired(WatchedToken token) {
        synchronized (seen) {
            return required.contains(token) || token.isAssertion();
        }
    }

    /** What is known of each token, in the order in which they came. */
    List<SeenToken> seen() {
        synchronized (seen) {
            return List.copyOf(seen.values());
        }
    }

    /** What is known of a token; null if it is not one of those that are remembered. */
    @Nullable
    SeenToken seen(WatchedToken token) {
        synchronized (seen) {
            return seen.get(token);
        }
    }

    Instant now() {
        return clock.instant();
    }

    /** What is known of each token, as health and the endpoint tell it. */
    List<Map<String, Object>> report() {
        return seen().stream().map(token -> token.report(now())).toList();
    }

    /** Forgets what became of the tokens, as after {@code invalidate()}: none of it is true any more. */
    void forget() {
        synchronized (seen) {
            seen.replaceAll((token, last) -> SeenToken.notAskedFor(token));
        }
    }

    @Override
    public void on(String identity, Event event) {
        WatchedToken token = WatchedToken.of(identity, event.request());
        switch (event.kind()) {
            case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> remember(token, event);
            // A caller may be answered before the sources' thread tells of the token.
            case WAITED -> discover(token);
            default -> {
                // Says nothing new about the token.
            }
        }
    }

    private void discover(WatchedToken token) {
        synchronized (seen) {
            if (seen.size() < MAX_TOKENS) {
                seen.putIfAbsent(token, SeenToken.notAskedFor(token));
            }
        }
    }

    private void remember(WatchedToken token, Event event) {
        SeenToken last = new SeenToken(
                token,
                event.source().orElse(null),
                event.principal().orElse(null),
                event.expiresOn().orElse(null),
                event.failure().orElse(null),
                event.attempts(),
                now());
        synchronized (seen) {
            discover(token);
            seen.replace(token, last);
        }
    }
}
