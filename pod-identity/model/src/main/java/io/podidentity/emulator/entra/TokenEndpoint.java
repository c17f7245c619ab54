// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.entra.ClientAuthentication.Client;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.RequestedClaims;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Exchanges a proof of identity for an access token, in both versions of the protocol. */
record TokenEndpoint(
        ClientAuthentication clients,
        UserSignIn users,
        AuthorizationFlow codes,
        AgentFlows agents,
        Scope scopes,
        AppAssignments assignments,
        TokenIssuer issuer,
        Lifetimes life) {

    /**
     * The token endpoint of version 2: a scope, and numbers.
     *
     * @param fromPage whether a page in a browser has sent the form
     */
    Answer answerVersion2(Parameters form, String tenant, boolean fromPage) {
        return switch (GrantType.of(form)) {
            case CLIENT_CREDENTIALS -> answerApplication(form, tenant);
            case DEVICE_CODE -> {
                Client client = clients.authenticateForUser(form, tenant);
                yield answerUser(users.redeemDeviceCode(form), client, form, tenant);
            }
            case AUTHORIZATION_CODE -> {
                Client client = authenticateRedeemer(codes.isForPage(form), fromPage, form, tenant);
                yield answerUser(codes.redeem(form), client, form, tenant);
            }
            case REFRESH_TOKEN -> {
                Session session = users.redeemRefreshToken(form);
                Client client = authenticateRedeemer(session.ofPage(), fromPage, form, tenant);
                yield answerUser(session, client, form, tenant);
            }
            case ON_BEHALF_OF -> {
                Client client = clients.authenticate(form, tenant);
                AgentRestrictions.requireNoBlueprint(client.principal());
                yield answerUser(users.onBehalfOf(client.principal(), form), client, form, tenant);
            }
            case USER_FEDERATED_CREDENTIAL -> {
                Client client = clients.authenticate(form, tenant);
                yield answerUser(agents.actAsOwnUser(client.principal(), form), client, form, tenant);
            }
            case TOKEN_EXCHANGE ->
                throw AgentRestrictions.refuseTokenExchange(
                        clients.authenticate(form, tenant).principal());
        };
    }

    private Answer answerApplication(Parameters form, String tenant) {
        Client client = clients.authenticate(form, tenant);
        String resource = scopes.resourceOfApplication(ClientAuthentication.required(form, "scope"));
        IssuedToken token = issue(client, resource, form, tenant);
        return Answer.json(200, describeInNumbers(token));
    }

    /** What was given to a page is redeemed by a page alone, and what was not by none. */
    private Client authenticateRedeemer(boolean givenToPage, boolean fromPage, Parameters form, String tenant) {
        if (givenToPage && !fromPage) {
            throw EntraError.ONLY_A_PAGE.because(
                    "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin"
                            + " requests.");
        }
        if (!givenToPage && fromPage) {
            throw EntraError.NOT_A_PAGE.because(
                    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.");
        }
        return givenToPage ? clients.authenticatePage(form) : clients.authenticateForUser(form, tenant);
    }

    /** The token endpoint of version 1: a resource, and every value a string. */
    Answer answerVersion1(Parameters form, String tenant) {
        if (GrantType.of(form) != GrantType.CLIENT_CREDENTIALS) {
            throw GrantType.unsupported();
        }
        Client client = clients.authenticate(form, tenant);
        String resource = scopes.requireKnown(ClientAuthentication.required(form, "resource"));
        IssuedToken token = issue(client, resource, form, tenant);
        var body = new LinkedHashMap<String, Object>();
        body.put("token_type", "Bearer");
        body.put("expires_in", Long.toString(token.lifetimeSeconds()));
        body.put("ext_expires_in", Long.toString(token.lifetimeSeconds()));
        body.put("expires_on", Long.toString(token.expiresOn().getEpochSecond()));
        body.put("not_before", Long.toString(token.notBefore().getEpochSecond()));
        body.put("resource", resource);
        body.put("access_token", token.value());
        return Answer.json(200, body);
    }

    private Answer answerUser(Session session, Client client, Parameters form, String tenant) {
        String scope = form.get("scope").orElse(session.scope());
        TokenIssuer there = issuer.inTenant(tenant);
        String resource = scopes.resourceOfUser(scope);
        User user = session.user();
        TokenSubject subject = agents.subjectOfUser(session, scope, client)
                .with(
                        assignments.rolesAt(resource, user.objectId(), user.userPrincipalName()),
                        assignments.groupsOf(user.objectId(), user.userPrincipalName()))
                .asking(requested(form));
        IssuedToken token = there.issue(subject, resource, life.usual());
        Map<String, Object> body = describeInNumbers(token);
        body.put("scope", scope);
        body.putAll(users.companions(session, client.proof(), scope, there, token));
        return Answer.json(200, body);
    }

    private IssuedToken issue(Client client, String resource, Parameters form, String tenant) {
        ServicePrincipal principal = client.principal();
        String clientId = principal.clientId();
        String objectId = principal.objectId();
        TokenSubject subject = agents.subjectOfApplication(client, resource, form, tenant)
                .with(assignments.rolesAt(resource, objectId, clientId), assignments.groupsOf(objectId, clientId))
                .asking(requested(form));
        boolean managed = principal.kind() == Kind.MANAGED_IDENTITY;
        return issuer.inTenant(tenant).issue(subject, resource, managed ? life.ofManagedIdentities() : life.usual());
    }

    /** What a client wants in its token, often because a resource has challenged it. */
    private static RequestedClaims requested(Parameters form) {
        Optional<String> claims = form.get("claims");
        if (claims.isEmpty()) {
            return RequestedClaims.NONE;
        }
        try {
            return RequestedClaims.read(claims.get());
        } catch (ParseException noObject) {
            throw UserSignIn.malformed();
        }
    }

    private static Map<String, Object> describeInNumbers(IssuedToken token) {
        var body = new LinkedHashMap<String, Object>();
        body.put("token_type", "Bearer");
        body.put("expires_in", token.lifetimeSeconds());
        body.put("ext_expires_in", token.lifetimeSeconds());
        token.refreshInSeconds().ifPresent(seconds -> body.put("refresh_in", seconds));
        body.put("access_token", token.value());
        return body;
    }
}
