package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenListener;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers what became of the tokens of each resource that the application names or has used, so that health, metrics
 * and the endpoint can tell it without a request for a token.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class TokenWatch implements TokenListener {
    /** Keeps an application that asks for resources without end from filling the memory. */
    private static final int MAX_RESOURCES = 100;

    private final Map<String, SeenToken> seen = new LinkedHashMap<>();

    /**
     * @param resources those that the application names
     */
    TokenWatch(List<String> resources) {
        resources.forEach(resource -> seen.put(resource, SeenToken.notAskedFor(resource)));
    }

    /** What is known of each resource, in the order in which they came. */
    List<SeenToken> seen() {
        synchronized (seen) {
            return List.copyOf(seen.values());
        }
    }

    /** What is known of a resource. */
    SeenToken seen(String resource) {
        synchronized (seen) {
            SeenToken token = seen.get(resource);
            return token == null ? SeenToken.notAskedFor(resource) : token;
        }
    }

    /** Whether the resource is one of those that are remembered. */
    boolean knows(String resource) {
        synchronized (seen) {
            return seen.containsKey(resource);
        }
    }

    /** Forgets what became of the tokens, as after {@code invalidate()}: none of it is true any more. */
    void forget() {
        synchronized (seen) {
            seen.replaceAll((resource, token) -> SeenToken.notAskedFor(resource));
        }
    }

    @Override
    public void on(Event event) {
        switch (event.kind()) {
            case ACQUIRED, REFRESHED, FAILED, REFRESH_FAILED -> remember(event);
            // A caller may be answered before the sources' thread tells of the token.
            case WAITED -> discover(event.request().resource());
            default -> {
                // Says nothing new about the token.
            }
        }
    }

    private void discover(String resource) {
        synchronized (seen) {
            if (seen.size() < MAX_RESOURCES) {
                seen.putIfAbsent(resource, SeenToken.notAskedFor(resource));
            }
        }
    }

    private void remember(Event event) {
        String resource = event.request().resource();
        SeenToken token = new SeenToken(
                resource,
                event.source().orElse(null),
                event.principal().orElse(null),
                event.expiresOn().orElse(null),
                event.failure().orElse(null),
                event.attempts(),
                Instant.now());
        synchronized (seen) {
            if (seen.containsKey(resource) || seen.size() < MAX_RESOURCES) {
                seen.put(resource, token);
            }
        }
    }
}
