// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An agent identity of Microsoft Entra Agent ID, and the user account that it acts as, if any. Its blueprint signs in
 * for it: {@link TokenSources#agentBlueprint}, or the connection string {@code RunAs=Agent}. Blanks around an ID are
 * taken off; whether an ID exists is for Entra ID to say.
 *
 * <pre>{@code
 * TokenRequest.forResource("https://storage.azure.com/").withAgent(AgentIdentity.ofClientId(AGENT))
 * }</pre>
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class AgentIdentity {
    private static final int MAX_SHOWN = 200;

    private final String clientId;
    private final @Nullable String userPrincipalName;
    private final @Nullable String userObjectId;
    /** Computed once, because each look-up of a cached token needs it. */
    private final int hash;

    private AgentIdentity(String clientId, @Nullable String userPrincipalName, @Nullable String userObjectId) {
        this.clientId = clientId;
        this.userPrincipalName = userPrincipalName;
        this.userObjectId = userObjectId;
        this.hash = clientId.toLowerCase(Locale.ROOT).hashCode();
    }

    /**
     * An agent identity that acts as itself.
     *
     * @param clientId its client ID, a GUID, which is its object ID too
     * @return the agent identity, without a user account
     * @throws IllegalArgumentException if it is blank
     */
    public static AgentIdentity ofClientId(String clientId) {
        return new AgentIdentity(requireText(clientId, "clientId"), null, null);
    }

    /**
     * The same agent identity, which acts as the agent's user account of this name, and of no object ID.
     *
     * @param userPrincipalName the sign-in name of the user account
     * @return a new object
     * @throws IllegalArgumentException if it is blank
     */
    public AgentIdentity withUserPrincipalName(String userPrincipalName) {
        return new AgentIdentity(clientId, requireText(userPrincipalName, "userPrincipalName"), null);
    }

    /**
     * The same agent identity, which acts as the agent's user account of this object ID, and of no name.
     *
     * @param userObjectId the object ID of the user account, a GUID
     * @return a new object
     * @throws IllegalArgumentException if it is blank
     */
    public AgentIdentity withUserObjectId(String userObjectId) {
        return new AgentIdentity(clientId, null, requireText(userObjectId, "userObjectId"));
    }

    private static String requireText(String value, String name) {
        if (requireNonNull(value, name).isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank");
        }
        return value.strip();
    }

    /** {@return the client ID of the agent identity} */
    public String clientId() {
        return clientId;
    }

    /** {@return the sign-in name of the agent's user account; empty without one, and where its object ID is known} */
    public Optional<String> userPrincipalName() {
        return Optional.ofNullable(userPrincipalName);
    }

    /** {@return the object ID of the agent's user account; empty without one, and where its name is known} */
    public Optional<String> userObjectId() {
        return Optional.ofNullable(userObjectId);
    }

    /** Whether both name the same agent identity and the same user account, in upper or lower case. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AgentIdentity agent
                && clientId.equalsIgnoreCase(agent.clientId)
                && isSame(userPrincipalName, agent.userPrincipalName)
                && isSame(userObjectId, agent.userObjectId);
    }

    private static boolean isSame(@Nullable String id, @Nullable String other) {
        return id == null ? other == null : id.equalsIgnoreCase(other);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For people, such as {@code agent identity 11111111-…, user agent@contoso.com}. */
    @Override
    public String toString() {
        String text = "agent identity " + Excerpt.of(clientId, MAX_SHOWN);
        if (userPrincipalName != null) {
            return text + ", user " + Excerpt.of(userPrincipalName, MAX_SHOWN);
        }
        if (userObjectId != null) {
            return text + ", user " + Excerpt.of(userObjectId, MAX_SHOWN);
        }
        return text;
    }
}
