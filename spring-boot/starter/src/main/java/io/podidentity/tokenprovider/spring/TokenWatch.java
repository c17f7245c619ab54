package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener.Event;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what became of the tokens of each identity and resource that the application names or has used, so that
 * health, metrics and the endpoint can tell it without a request for a token.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenWatch implements TokenIdentities.Listener {
    /** Keeps an application that asks for resources without end from filling the memory. */
    private static final int MAX_TOKENS = 100;

    private final InstantSource clock;
    private final Map<Key, SeenToken> seen = new LinkedHashMap<>();

    private record Key(String identity, String resource) {}

    /**
     * @param identity the name of the default identity
     * @param resources those that the application names for it
     */
    TokenWatch(String identity, List<String> resources, InstantSource clock) {
        this.clock = clock;
        for (String resource : resources) {
            discover(identity, resource);
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
    SeenToken seen(String identity, String resource) {
        synchronized (seen) {
            return seen.get(new Key(identity, resource));
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
            seen.replaceAll((key, token) -> SeenToken.notAskedFor(key.identity, key.resource));
        }
    }

    @Override
    public void on(String identity, Event event) {
        String resource = TokenIdentities.canonical(event.request().resource());
        switch (event.kind()) {
            case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> remember(identity, resource, event);
            // A caller may be answered before the sources' thread tells of the token.
            case WAITED -> discover(identity, resource);
            default -> {
                // Says nothing new about the token.
            }
        }
    }

    private void discover(String identity, String resource) {
        synchronized (seen) {
            if (seen.size() < MAX_TOKENS) {
                seen.putIfAbsent(new Key(identity, resource), SeenToken.notAskedFor(identity, resource));
            }
        }
    }

    private void remember(String identity, String resource, Event event) {
        SeenToken token = new SeenToken(
                identity,
                resource,
                event.source().orElse(null),
                event.principal().orElse(null),
                event.expiresOn().orElse(null),
                event.failure().orElse(null),
                event.attempts(),
                now());
        synchronized (seen) {
            discover(identity, resource);
            seen.replace(new Key(identity, resource), token);
        }
    }
}
