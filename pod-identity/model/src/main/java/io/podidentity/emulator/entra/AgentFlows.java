// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FmiPath;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.entra.ClientAuthentication.Client;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.token.AgentClaims;
import io.podidentity.emulator.token.AgentClaims.ActsFor;
import io.podidentity.emulator.token.Resource;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is different for agent identities and their blueprints. A blueprint asks for a token that names one of its agent
 * identities (in Microsoft's documents T1). With T1 in place of a secret the agent identity asks: for itself, on behalf
 * of a user, or for a token of its own (T2), with which it acts as its own user account.
 *
 * @see <a href="https://learn.microsoft.com/entra/agent-id/agent-oauth-protocols">the protocols</a>
 */
record AgentFlows(Directory directory, TokenIssuer tokens, UserSignIn users) {

    /** With Microsoft Graph a blueprint creates its agent identities. */
    private static final Set<String> RESOURCES_OF_BLUEPRINTS =
            Set.of("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000");

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /**
     * Whom the token of an application, identity or agent identity is about.
     *
     * @throws EntraError.Refusal if a blueprint asks for more than it can have
     */
    TokenSubject subjectOfApplication(Client client, String resource, Parameters form, String tenant) {
        ServicePrincipal principal = client.principal();
        TokenSubject usual = TokenSubject.application(principal.clientId(), principal.objectId(), client.proof());
        if (principal.kind() == Kind.AGENT_BLUEPRINT) {
            return subjectOfBlueprint(usual, resource, form, tenant);
        }
        return agent(principal)
                .map(agent -> ofAgent(usual, agent, ActsFor.ITSELF))
                .orElse(usual);
    }

    private TokenSubject subjectOfBlueprint(TokenSubject usual, String resource, Parameters form, String tenant) {
        if (RESOURCES_OF_BLUEPRINTS.contains(resource)) {
            return usual;
        }
        if (!Resource.isTokenExchange(resource)) {
            throw EntraError.APP_ONLY_TOKEN_OF_BLUEPRINT.because("Agentic application '" + usual.appId()
                    + "' is not permitted to request app-only tokens for resource '" + resource + "'.");
        }
        String path = form.get("fmi_path")
                .orElseThrow(() -> EntraError.NO_FMI_PATH.because("All agentic applications requesting a token exchange"
                        + " token must include the fmipath parameter on the token request."));
        // Whether the blueprint owns such an agent identity is asked when the token is used.
        String written =
                directory.agents().find(path).map(AgentIdentity::clientId).orElse(path);
        return usual.naming(new FmiPath(tenant, usual.appId(), written));
    }

    /** Whom a user's token is about. */
    TokenSubject subjectOfUser(Session session, String scope, Client client) {
        TokenSubject usual = session.subject(scope, client.proof());
        boolean person = session.user().equals(directory.user());
        ActsFor actsFor = person ? ActsFor.USER : ActsFor.AGENTS_USER_ACCOUNT;
        return agent(client.principal())
                .map(agent -> ofAgent(usual, agent, actsFor))
                .orElse(usual);
    }

    private Optional<AgentIdentity> agent(ServicePrincipal principal) {
        return directory.agents().find(principal.clientId());
    }

    private static TokenSubject ofAgent(TokenSubject usual, AgentIdentity agent, ActsFor actsFor) {
        return usual.ofAgent(new AgentClaims(agent.blueprintId(), actsFor));
    }

    /**
     * Lets an agent identity act as its own user account.
     *
     * @throws EntraError.Refusal if the client is no agent identity, its token of its own does not hold, or the user is
     *     not its own account
     */
    Session actAsOwnUser(ServicePrincipal client, Parameters form) {
        AgentIdentity agent = agent(client).orElseThrow(GrantType::unsupported);
        String scope = ClientAuthentication.required(form, "scope");
        requireOwnToken(agent, ClientAuthentication.required(form, "user_federated_identity_credential"));
        User user = requestedUser(form);
        if (agent.account().filter(user::equals).isEmpty()) {
            throw otherSubject(agent.objectId(), " for user '" + user.userPrincipalName() + "'");
        }
        users.requireConsent(client);
        return new Session(user, client.clientId(), scope, null, false);
    }

    private void requireOwnToken(AgentIdentity agent, String token) {
        JWTClaimsSet claims = tokens.read(token)
                .orElseThrow(() -> EntraError.USER_TOKEN_SIGNATURE.because(
                        "Assertion failed signature validation. [Reason - The key was not found.]"));
        users.requireValidNow(claims);
        boolean exchangeable = claims.getAudience().stream()
                .map(Resource::ofFederatedCredential)
                .anyMatch(Resource::isTokenExchange);
        if (!exchangeable || !agent.objectId().equals(claims.getSubject())) {
            throw otherSubject(claims.getSubject(), "");
        }
    }

    private static EntraError.Refusal otherSubject(String subject, String of) {
        return EntraError.USER_CREDENTIAL_SUBJECT.because("No matching federated identity record found" + of
                + " for presented assertion subject '" + subject + "'. An agent's user account is used by its own agent"
                + " identity alone, with a token of that agent identity for api://AzureADTokenExchange.");
    }

    private User requestedUser(Parameters form) {
        Optional<String> objectId = form.get("user_id");
        if (objectId.isEmpty()) {
            return findUser(ClientAuthentication.required(form, "username"));
        }
        if (form.get("username").isPresent()) {
            throw UserSignIn.malformed();
        }
        if (!GUID.matcher(objectId.get()).matches()) {
            throw EntraError.MALFORMED_USER_ID.because(
                    "There was an error issuing a token or an issue with our sign-in service.");
        }
        return findUser(objectId.get());
    }

    private User findUser(String nameOrObjectId) {
        return directory
                .user(nameOrObjectId)
                .orElseThrow(() -> EntraError.UNKNOWN_USER.because("The user account " + nameOrObjectId
                        + " does not exist in the " + directory.tenantId()
                        + " directory. To sign into this application, the account must be added to the directory."));
    }
}
