// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.text.Fingerprint;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
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
 * @since 0.1.0
 */
public final class TokenRequest {
    private static final String DEFAULT_SCOPE = "/.default";
    private static final Duration MAX_DEADLINE = Duration.ofDays(1);

    private final String resource;
    private final @Nullable String tenantId;
    private final @Nullable UserAssignedIdentity identity;
    private final @Nullable AgentIdentity agent;
    private final @Nullable String claims;
    private final boolean caeEnabled;
    private final boolean forceRefresh;
    private final @Nullable Duration deadline;
    /** The user on whose behalf the token is to be; null for nobody. */
    private final @Nullable User user;

    private TokenRequest(
            String resource,
            @Nullable String tenantId,
            @Nullable UserAssignedIdentity identity,
            @Nullable AgentIdentity agent,
            @Nullable String claims,
            boolean caeEnabled,
            boolean forceRefresh,
            @Nullable Duration deadline,
            @Nullable User user) {
        this.resource = resource;
        this.tenantId = tenantId;
        this.identity = identity;
        this.agent = agent;
        this.claims = claims;
        this.caeEnabled = caeEnabled;
        this.forceRefresh = forceRefresh;
        this.deadline = deadline;
        this.user = user;
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
        requireNonNull(resource, "resource");
        requireText(resource, "resource");
        return new TokenRequest(resource, null, null, null, null, false, false, null, null);
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
        requireNonNull(scope, "scope");
        String resource = scope;
        if (scope.endsWith(DEFAULT_SCOPE)) {
            resource = scope.substring(0, scope.length() - DEFAULT_SCOPE.length());
        }
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
        requireText(tenantId, "tenantId");
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request for a user-assigned identity, by its client ID; short for {@link #withIdentity}.
     *
     * @param clientId its client ID; null for {@code AZURE_CLIENT_ID}, else the one identity there is
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withClientId(@Nullable String clientId) {
        requireText(clientId, "clientId");
        if (clientId == null) {
            return withIdentity(null);
        }
        return withIdentity(UserAssignedIdentity.ofClientId(clientId));
    }

    /**
     * The same request for a user-assigned identity.
     *
     * @param identity the identity; null for {@code AZURE_CLIENT_ID}, else the one identity there is
     * @return a new request
     */
    public TokenRequest withIdentity(@Nullable UserAssignedIdentity identity) {
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request for an agent identity. The source {@code Agent identity} answers it, and all others do not
     * apply. With {@link #withUserAssertion} the agent identity acts on behalf of that user.
     *
     * @param agent the agent identity; null for that of the connection string ({@code AgentId})
     * @return a new request
     */
    public TokenRequest withAgent(@Nullable AgentIdentity agent) {
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request with a claims challenge, by which a resource refused a token. It is answered by a token that is
     * newer than the challenge, which from then on takes the place of the refused one. Whoever brings the same
     * challenge again gets the same token in the first second after it came, and a newer one later. Where a program
     * does so all the time that second doubles with each token, up to four minutes.
     *
     * @param claims the challenge as the resource sent it, in JSON; null without one
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withClaims(@Nullable String claims) {
        requireText(claims, "claims");
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request by a program that handles claims challenges (continuous access evaluation), as the Azure SDK's
     * clients do. Its token may live for up to 28 hours, and a resource may refuse it earlier. Entra ID, App Service
     * and Service Fabric are told so (the capability CP1), and the token is cached on its own. Other sources take no
     * notice: one token of theirs is for all programs.
     *
     * @param caeEnabled true if the program passes a challenge on by {@link #withClaims}
     * @return a new request
     */
    public TokenRequest withCaeEnabled(boolean caeEnabled) {
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request, answered by the source whatever the cache holds, or from the cache again.
     *
     * <p>Forced calls of a provider ask each source ten times a second at most, which is a limit of this library: IMDS
     * allows a whole machine 20. Those that come faster wait for their turn in the order in which they came, until
     * their deadline; then they fail with {@link TokenAcquisitionException.Code#TIMED_OUT}, and the reason says so.
     * Calls that are not forced do not wait.
     *
     * @param forceRefresh true to ask the source
     * @return a new request
     */
    public TokenRequest withForceRefresh(boolean forceRefresh) {
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request with a deadline of its own.
     *
     * @param deadline longer than nothing and at most a day; null for the provider's own
     * @return a new request
     * @throws IllegalArgumentException if it is not in these bounds
     */
    public TokenRequest withDeadline(@Nullable Duration deadline) {
        if (deadline != null) {
            requireDeadline(deadline);
        }
        return new TokenRequest(resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, user);
    }

    /**
     * The same request on behalf of a user, whose token a service was sent and who is to be named in the next token too
     * (the OAuth 2.0 on-behalf-of flow). An application signs it: sources that sign in as one answer it, and all others
     * do not apply. The token is kept for that user by a fingerprint of the token that was sent; that itself is kept by
     * nobody.
     *
     * @param userAssertion the token that the service was sent, for the application itself; a secret. Null for nobody
     * @return a new request
     * @throws IllegalArgumentException if it is blank
     */
    public TokenRequest withUserAssertion(@Nullable String userAssertion) {
        requireText(userAssertion, "userAssertion");
        User behalf = null;
        if (userAssertion != null) {
            behalf = new User(Fingerprint.of(userAssertion.strip()), new Secret(userAssertion.strip()));
        }
        return new TokenRequest(
                resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, behalf);
    }

    /**
     * The same request without the user's token: that user's tokens are kept, and told to listeners, by it.
     *
     * @return a request that equals this one
     */
    public TokenRequest withoutUserAssertion() {
        if (user == null) {
            return this;
        }
        User behalf = new User(user.fingerprint, null);
        return new TokenRequest(
                resource, tenantId, identity, agent, claims, caeEnabled, forceRefresh, deadline, behalf);
    }

    /** {@return whether it is on behalf of a user} */
    public boolean isOnBehalfOfUser() {
        return user != null;
    }

    /** {@return the token of the user on whose behalf it is, a secret; empty for nobody, and where it is left out} */
    public Optional<String> userAssertion() {
        if (user == null || user.assertion == null) {
            return Optional.empty();
        }
        return Optional.of(user.assertion.reveal());
    }

    /** {@return the App ID URI of the resource, such as {@code https://storage.azure.com/}} */
    public String resource() {
        return resource;
    }

    /** {@return the resource as a scope: the resource followed by {@code /.default}} */
    public String scope() {
        return resource + DEFAULT_SCOPE;
    }

    /** {@return the tenant to get it from; empty for the source's own} */
    public Optional<String> tenantId() {
        return Optional.ofNullable(tenantId);
    }

    /** {@return the user-assigned identity that is meant; empty for {@code AZURE_CLIENT_ID}, else the one there is} */
    public Optional<UserAssignedIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    /**
     * {@return the client ID of the {@link #identity()}; empty without one, and for one that has another kind of ID}
     */
    public Optional<String> clientId() {
        if (identity == null || identity.kind() != UserAssignedIdentity.Kind.CLIENT_ID) {
            return Optional.empty();
        }
        return Optional.of(identity.id());
    }

    /** {@return the agent identity that is meant; empty for that of the source, and for none} */
    public Optional<AgentIdentity> agent() {
        return Optional.ofNullable(agent);
    }

    /** {@return the claims challenge, as the resource sent it (JSON); empty without one} */
    public Optional<String> claims() {
        return Optional.ofNullable(claims);
    }

    /**
     * {@return whether the program handles claims challenges; a source that tells its issuer so says it by
     * {@link TokenSource.Acquired#caeAware()}}
     */
    public boolean caeEnabled() {
        return caeEnabled;
    }

    /** {@return whether the source is asked although a cached token is valid} */
    public boolean forceRefresh() {
        return forceRefresh;
    }

    /**
     * How long the whole call may take, over all sources and retries.
     *
     * @return empty for the provider's own; never empty in a request that a {@link TokenSource} is given
     */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenRequest request
                && resource.equals(request.resource)
                && Objects.equals(tenantId, request.tenantId)
                && Objects.equals(identity, request.identity)
                && Objects.equals(agent, request.agent)
                && Objects.equals(claims, request.claims)
                && Objects.equals(fingerprint(), request.fingerprint())
                && caeEnabled == request.caeEnabled
                && forceRefresh == request.forceRefresh
                && Objects.equals(deadline, request.deadline);
    }

    private @Nullable String fingerprint() {
        return user == null ? null : user.fingerprint;
    }

    @Override
    public int hashCode() {
        int hash = resource.hashCode();
        hash = 31 * hash + Objects.hashCode(fingerprint());
        hash = 31 * hash + Objects.hashCode(tenantId);
        hash = 31 * hash + Objects.hashCode(identity);
        hash = 31 * hash + Objects.hashCode(agent);
        return 31 * hash + Objects.hashCode(claims) + Boolean.hashCode(caeEnabled);
    }

    /** The resource and what else is named. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("TokenRequest[").append(resource);
        append(text, ", tenant ", tenantId);
        append(text, ", ", identity);
        append(text, ", ", agent);
        append(text, ", claims ", claims);
        if (user != null) {
            text.append(", on behalf of a user");
        }
        if (caeEnabled) {
            text.append(", CAE");
        }
        append(text, ", deadline ", deadline);
        if (forceRefresh) {
            text.append(", forced");
        }
        return text.append(']').toString();
    }

    private static void append(StringBuilder text, String label, @Nullable Object value) {
        if (value != null) {
            text.append(label).append(value);
        }
    }

    /** A user by a token that a service was sent. */
    private static final class User {
        /** Tells the tokens of this user from those of other users. */
        private final String fingerprint;
        /** The user's token; null in a request that does not need it. */
        private final @Nullable Secret assertion;

        User(String fingerprint, @Nullable Secret assertion) {
            this.fingerprint = fingerprint;
            this.assertion = assertion;
        }
    }
}
