package io.podidentity.tokenprovider;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a token is asked for. Start with {@link #forResource} or {@link #forScope} and add what differs:
 *
 * <pre>{@code
 * TokenRequest.forResource("https://storage.azure.com/").withTenantId("contoso.com")
 * }</pre>
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @param resource the App ID URI of the resource, such as {@code https://storage.azure.com/}
 * @param tenantId the tenant to get it from; null for the source's own
 * @param clientId the client ID of the user-assigned identity that is meant; null for {@code AZURE_CLIENT_ID}, else
 *     the one identity there is
 * @param claims a claims challenge, as the resource sent it (JSON); null without one. A request with claims is not
 *     answered from the cache of requests without them
 * @param forceRefresh true to ask the source again although a cached token is valid
 * @param deadline how long the whole call may take, over all sources and retries; null for the provider's own
 */
public record TokenRequest(
        String resource,
        @Nullable String tenantId,
        @Nullable String clientId,
        @Nullable String claims,
        boolean forceRefresh,
        @Nullable Duration deadline) {

    private static final String DEFAULT_SCOPE = "/.default";
    private static final Duration MAX_DEADLINE = Duration.ofDays(1);

    /**
     * A request of these parts; {@link #forResource} is shorter for most.
     *
     * @param resource the App ID URI of the resource
     * @param tenantId the tenant's ID or one of its domains, or null
     * @param clientId the client ID of a user-assigned identity, or null
     * @param claims a claims challenge (JSON), or null
     * @param forceRefresh whether to pass over the cache
     * @param deadline longer than nothing and at most a day, or null
     * @throws NullPointerException if {@code resource} is null
     * @throws IllegalArgumentException if {@code resource} is blank, if a tenant, client ID or claims are given but
     *     blank, or if the deadline is not longer than nothing and at most a day
     */
    public TokenRequest {
        Objects.requireNonNull(resource, "resource");
        requireText(resource, "resource");
        requireText(tenantId, "tenantId");
        requireText(clientId, "clientId");
        requireText(claims, "claims");
        if (deadline != null) {
            requireDeadline(deadline);
        }
    }

    /**
     * Asks for a token for a resource.
     *
     * @param resource the App ID URI of the resource, such as {@code https://vault.azure.net}; written as the resource
     *     wants it, since a trailing slash becomes part of the token's audience
     * @return a request with nothing but the resource: the source's own tenant and identity, cached, the provider's
     *     deadline
     * @throws IllegalArgumentException if it is blank
     */
    public static TokenRequest forResource(String resource) {
        return new TokenRequest(resource, null, null, null, false, null);
    }

    /**
     * Asks for a token by scope, as the Azure SDK does.
     *
     * @param scope a resource followed by {@code /.default}, such as {@code https://storage.azure.com/.default};
     *     without {@code /.default} it is the resource itself
     * @return a request with nothing but the resource
     * @throws IllegalArgumentException if it is blank, or names nothing before {@code /.default}
     */
    public static TokenRequest forScope(String scope) {
        Objects.requireNonNull(scope, "scope");
        String resource =
                scope.endsWith(DEFAULT_SCOPE) ? scope.substring(0, scope.length() - DEFAULT_SCOPE.length()) : scope;
        requireText(resource, "scope");
        return forResource(resource);
    }

    /**
     * The same request to another tenant.
     *
     * @param tenantId the tenant's ID or one of its domains; null for the source's own
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withTenantId(@Nullable String tenantId) {
        return new TokenRequest(resource, tenantId, clientId, claims, forceRefresh, deadline);
    }

    /**
     * The same request for a user-assigned identity.
     *
     * @param clientId its client ID; null for {@code AZURE_CLIENT_ID}, else the one identity there is
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withClientId(@Nullable String clientId) {
        return new TokenRequest(resource, tenantId, clientId, claims, forceRefresh, deadline);
    }

    /**
     * The same request with a claims challenge.
     *
     * @param claims the challenge as the resource sent it, in JSON; null without one
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withClaims(@Nullable String claims) {
        return new TokenRequest(resource, tenantId, clientId, claims, forceRefresh, deadline);
    }

    /**
     * The same request, answered by the source whatever the cache holds, or from the cache again.
     *
     * @param forceRefresh true to ask the source
     * @return a new request
     */
    public TokenRequest withForceRefresh(boolean forceRefresh) {
        return new TokenRequest(resource, tenantId, clientId, claims, forceRefresh, deadline);
    }

    /**
     * The same request with a deadline of its own.
     *
     * @param deadline longer than nothing and at most a day; null for the provider's own
     * @return a new request
     * @throws IllegalArgumentException if it is not in these bounds
     */
    public TokenRequest withDeadline(@Nullable Duration deadline) {
        return new TokenRequest(resource, tenantId, clientId, claims, forceRefresh, deadline);
    }

    /** {@return the resource as a scope: the resource followed by {@code /.default}} */
    public String scope() {
        return resource + DEFAULT_SCOPE;
    }

    /**
     * The deadline of a request that a source is given.
     *
     * @return in nanoseconds
     * @throws NullPointerException if the request has no deadline of its own
     */
    public long deadlineNanos() {
        return Objects.requireNonNull(deadline, "deadline").toNanos();
    }

    /** Makes sure that a deadline is one. */
    static Duration requireDeadline(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(MAX_DEADLINE) > 0) {
            throw new IllegalArgumentException(
                    "deadline must be longer than nothing and at most a day, but is " + deadline);
        }
        return deadline;
    }

    private static void requireText(@Nullable String value, String name) {
        if (value != null && value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
    }
}
