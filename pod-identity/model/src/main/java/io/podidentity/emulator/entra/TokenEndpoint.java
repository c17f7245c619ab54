package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Exchanges a proof of identity for an access token, in both versions of the protocol. */
record TokenEndpoint(
        ClientAuthentication clients,
        UserSignIn users,
        AuthorizationFlow codes,
        Scope scopes,
        TokenIssuer issuer,
        Duration life) {

    /** The token endpoint of version 2: a scope, and numbers. */
    Answer version2(Parameters form, String tenant) {
        return switch (ClientAuthentication.required(form, "grant_type")) {
            case "client_credentials" -> {
                ServicePrincipal principal = clients.authenticate(form, tenant);
                String resource = scopes.resourceOfApplication(ClientAuthentication.required(form, "scope"));
                yield Answer.json(200, inNumbers(issue(issuer.inTenant(tenant), principal, resource)));
            }
            case "device_code", "urn:ietf:params:oauth:grant-type:device_code" ->
                tokensOf(users.redeemDeviceCode(form), form, tenant);
            case "authorization_code" -> {
                clients.authenticate(form, tenant);
                yield tokensOf(codes.redeem(form), form, tenant);
            }
            case "refresh_token" -> {
                if (!users.isPublicClient(ClientAuthentication.required(form, "client_id"))) {
                    clients.authenticate(form, tenant);
                }
                yield tokensOf(users.redeemRefreshToken(form), form, tenant);
            }
            case "urn:ietf:params:oauth:grant-type:jwt-bearer" ->
                tokensOf(users.onBehalfOf(clients.authenticate(form, tenant), form), form, tenant);
            default -> throw unsupportedGrant();
        };
    }

    /** The token endpoint of version 1: a resource, and every value a string. */
    Answer version1(Parameters form, String tenant) {
        if (!ClientAuthentication.required(form, "grant_type").equals("client_credentials")) {
            throw unsupportedGrant();
        }
        ServicePrincipal principal = clients.authenticate(form, tenant);
        String resource = scopes.known(ClientAuthentication.required(form, "resource"));
        IssuedToken token = issue(issuer.inTenant(tenant), principal, resource);
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

    private Answer tokensOf(UserSignIn.Session session, Parameters form, String tenant) {
        String scope = form.get("scope").orElse(session.scope());
        TokenIssuer there = issuer.inTenant(tenant);
        IssuedToken token = there.issue(session.subject(scope), scopes.resourceOfUser(scope), life);
        Map<String, Object> body = inNumbers(token);
        body.put("scope", scope);
        body.putAll(users.companions(session, scope, there, token));
        return Answer.json(200, body);
    }

    private IssuedToken issue(TokenIssuer issuer, ServicePrincipal principal, String resource) {
        var subject = TokenSubject.application(principal.clientId(), principal.objectId());
        return issuer.issue(subject, resource, life);
    }

    private static Map<String, Object> inNumbers(IssuedToken token) {
        var body = new LinkedHashMap<String, Object>();
        body.put("token_type", "Bearer");
        body.put("expires_in", token.lifetimeSeconds());
        body.put("ext_expires_in", token.lifetimeSeconds());
        token.refreshInSeconds().ifPresent(seconds -> body.put("refresh_in", seconds));
        body.put("access_token", token.value());
        return body;
    }

    private static EntraError.Refusal unsupportedGrant() {
        return EntraError.UNSUPPORTED_GRANT.because("The app requested an unsupported grant type.");
    }
}
