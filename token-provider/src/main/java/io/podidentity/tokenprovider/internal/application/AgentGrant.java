// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.entra.EntraGrant;
import io.podidentity.tokenprovider.internal.entra.UserAssertion;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What an agent identity asks for, with its blueprint's token as the proof: a token for itself, on behalf of a user, or
 * for its own user account (Microsoft Learn, "Agent OAuth protocols"). The field {@code requested_token_use}, which
 * Learn names for the user account too, is left out there, as in msal4j and Microsoft.Identity.Web.
 */
final class AgentGrant extends EntraGrant {
    private final AgentIdentity agent;
    private final String blueprintId;
    /** The words after "agent identity ID's token". */
    private final String purpose;
    /** The user on whose behalf it is; null for nobody. */
    private final @Nullable UserAssertion user;
    /** The agent identity's token for the exchange, with which it acts as its user account; null if it does not. */
    private final @Nullable Secret exchangeToken;

    private AgentGrant(
            AgentIdentity agent,
            String blueprintId,
            String purpose,
            @Nullable UserAssertion user,
            @Nullable Secret exchangeToken) {
        this.agent = agent;
        this.blueprintId = blueprintId;
        this.purpose = purpose;
        this.user = user;
        this.exchangeToken = exchangeToken;
    }

    /**
     * A token for the agent identity itself.
     *
     * @param purpose what it is for, as words after the token; may be empty
     */
    static AgentGrant ofAgent(AgentIdentity agent, String blueprintId, String purpose) {
        return new AgentGrant(agent, blueprintId, purpose, null, null);
    }

    /** A token on behalf of a user, whose own token is for the blueprint. */
    static AgentGrant onBehalfOf(AgentIdentity agent, String blueprintId, String userToken) {
        UserAssertion user = new UserAssertion(new Secret(userToken), blueprintId);
        return new AgentGrant(agent, blueprintId, " on behalf of the user", user, null);
    }

    /** A token for the agent identity's user account. */
    static AgentGrant ofUserAccount(AgentIdentity agent, String blueprintId, String exchangeToken) {
        return new AgentGrant(agent, blueprintId, " for its user account", null, new Secret(exchangeToken));
    }

    @Override
    public String type() {
        if (user != null) {
            return user.type();
        }
        if (exchangeToken != null) {
            return "user_fic";
        }
        return super.type();
    }

    @Override
    public String writeFields() {
        if (user != null) {
            return user.writeFields();
        }
        if (exchangeToken == null) {
            return "";
        }
        return "&user_federated_identity_credential=" + exchangeToken.encode() + writeUserAccount();
    }

    private String writeUserAccount() {
        String name = agent.userPrincipalName().orElse(null);
        if (name != null) {
            return "&username=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        }
        return "&user_id=" + URLEncoder.encode(agent.userObjectId().orElseThrow(), StandardCharsets.UTF_8);
    }

    @Override
    public String hide(String text) {
        if (user != null) {
            return user.hide(text);
        }
        if (exchangeToken != null) {
            return exchangeToken.hide(text);
        }
        return text;
    }

    @Override
    public boolean isForUser() {
        return user != null || exchangeToken != null;
    }

    @Override
    public String describe() {
        return name() + "'s token" + purpose + ": ";
    }

    private String name() {
        return "agent identity " + Excerpt.of(agent.clientId(), 40);
    }

    @Override
    public String remedy(int aadsts) {
        // Consent in the browser, which the remedy for other applications names, is refused to an agent identity.
        if (aadsts == 65001) {
            return "Grant the " + name() + " the permission of the next API: an administrator adds an"
                    + " oauth2PermissionGrant with Microsoft Graph, or lets it inherit permissions of the blueprint.";
        }
        if (exchangeToken != null && (aadsts == 50000 || aadsts == 50034 || isUnmatched(aadsts))) {
            return "Check the user account: it must be the " + name() + "'s own, by its sign-in name or its object ID.";
        }
        if (isUnmatched(aadsts)) {
            return "Check the IDs: an agent identity has one blueprint and one tenant. Is the " + name()
                    + " one of the blueprint " + Excerpt.of(blueprintId, 40) + ", and in this tenant?";
        }
        if (user != null) {
            return user.remedy(aadsts);
        }
        return "";
    }

    /** Whether the agent identity or the user account does not trust the proof, which names whom it is for. */
    private static boolean isUnmatched(int aadsts) {
        return aadsts == 70025 || String.valueOf(aadsts).startsWith("70021");
    }
}
