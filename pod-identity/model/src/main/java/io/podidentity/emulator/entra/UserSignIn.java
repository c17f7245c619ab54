// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import io.podidentity.emulator.token.TokenSubject.Proof;
import io.podidentity.emulator.token.TokenSubject.SignedInUser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of users: of the one user by device code, approved as soon as it is asked for, of each by refresh token, and
 * by a token of the user's for an application. Thread-safe.
 */
final class UserSignIn {

    private final Directory directory;
    private final TokenIssuer tokens;
    private final Grants<Session> deviceCodes = new Grants<>();
    private final Grants<Session> refreshTokens = new Grants<>();

    /**
     * A user at a client, and what was asked for at first.
     *
     * @param nonce what the first ID token repeats; null for nothing
     * @param ofPage whether the client is a page in a browser
     */
    record Session(
            User user,
            String clientId,
            String scope,
            @Nullable String nonce,
            boolean ofPage) {

        TokenSubject subject(String wanted, Proof proof) {
            var signedIn = new SignedInUser(user.userPrincipalName(), Scope.permissions(wanted));
            return TokenSubject.user(clientId, user.objectId(), signedIn, proof);
        }

        private Session withoutNonce() {
            return new Session(user, clientId, scope, null, ofPage);
        }
    }

    UserSignIn(Directory directory, TokenIssuer tokens) {
        this.directory = directory;
        this.tokens = tokens;
    }

    Answer startDeviceCode(Parameters form) {
        String clientId = ClientAuthentication.required(form, "client_id").toLowerCase(Locale.ROOT);
        ServicePrincipal client = new PublicClients(directory)
                .find(clientId)
                .or(() -> directory.principal(clientId))
                .orElseThrow(() -> ClientAuthentication.unknown(clientId, directory.tenantId()));
        AgentRestrictions.requireInteractive(client);
        String scope = ClientAuthentication.required(form, "scope");
        var session = new Session(directory.user(), clientId, scope, null, false);
        var body = new LinkedHashMap<String, Object>();
        body.put("user_code", RegisteredSecret.newValue().substring(0, 8).toUpperCase(Locale.ROOT));
        body.put("device_code", deviceCodes.add(session));
        body.put("verification_uri", tokens.authority() + "/devicelogin");
        body.put("expires_in", 900);
        body.put("interval", 1);
        body.put(
                "message",
                "The emulator signs in " + directory.user().userPrincipalName()
                        + " by itself: there is no page to open and no code to enter.");
        return Answer.json(200, body);
    }

    Session redeemDeviceCode(Parameters form) {
        String code = form.get("device_code").orElseGet(() -> ClientAuthentication.required(form, "code"));
        return checked(deviceCodes.remove(code).orElseThrow(UserSignIn::malformed), form);
    }

    Session redeemRefreshToken(Parameters form) {
        String refreshToken = ClientAuthentication.required(form, "refresh_token");
        return checked(refreshTokens.find(refreshToken).orElseThrow(UserSignIn::malformed), form);
    }

    /**
     * Lets an application that was called with a user's token act for that user elsewhere.
     *
     * @throws EntraError.Refusal if it is no valid token of a user for that application, or consent is missing
     * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">the flow</a>
     */
    Session onBehalfOf(ServicePrincipal application, Parameters form) {
        if (!ClientAuthentication.required(form, "requested_token_use").equals("on_behalf_of")) {
            throw malformed();
        }
        String scope = ClientAuthentication.required(form, "scope");
        JWTClaimsSet claims = tokens.read(ClientAuthentication.required(form, "assertion"))
                .orElseThrow(() -> EntraError.USER_TOKEN_SIGNATURE.because(
                        "Assertion failed signature validation. [Reason - The key was not found.]"));
        String clientId = application.clientId();
        requireValidNow(claims);
        Optional<AgentIdentity> agent = directory.agents().find(clientId);
        if (agent.isPresent()) {
            requireAudienceOfBlueprint(claims, agent.get());
        } else {
            requireAudience(claims, clientId);
        }
        User user = userOf(claims);
        requireConsent(application);
        return new Session(user, clientId, scope, null, false);
    }

    /** @throws EntraError.Refusal if nobody has consented to let the application act for users */
    void requireConsent(ServicePrincipal application) {
        String clientId = application.clientId();
        boolean blueprintConsented = directory
                .agents()
                .find(clientId)
                .flatMap(agent -> directory.principal(agent.blueprintId()))
                .map(ServicePrincipal::consented)
                .orElse(true);
        if (!application.consented() || !blueprintConsented) {
            throw EntraError.NO_CONSENT.because(
                    "The user or administrator has not consented to use the application with ID '" + clientId
                            + "'. Send an interactive authorization request for this user and resource.");
        }
    }

    void requireValidNow(JWTClaimsSet claims) {
        if (!tokens.clock().instant().isBefore(claims.getExpirationTime().toInstant())) {
            throw EntraError.USER_TOKEN_EXPIRED.because(
                    "Assertion is not within its valid time range. Ensure that the access token is not expired before"
                            + " using it for user assertion, or request a new token.");
        }
    }

    private static void requireAudience(JWTClaimsSet claims, String clientId) {
        if (!isFor(claims, clientId)) {
            throw EntraError.USER_TOKEN_AUDIENCE.because(
                    "Assertion audience does not match the Client app presenting the assertion. The audience in the"
                            + " assertion was '" + String.join(", ", claims.getAudience())
                            + "' and the expected audience is '" + clientId
                            + "' or one of the Application Uris of this application.");
        }
    }

    /** An agent identity is called through its blueprint. */
    private static void requireAudienceOfBlueprint(JWTClaimsSet claims, AgentIdentity agent) {
        if (!isFor(claims, agent.blueprintId())) {
            throw EntraError.USER_TOKEN_SIGNATURE.because("Assertion is not valid: its audience is '"
                    + String.join(", ", claims.getAudience()) + "', and agent identity '" + agent.clientId()
                    + "' acts on behalf of users whose token is for its agent identity blueprint '"
                    + agent.blueprintId() + "'.");
        }
    }

    private static boolean isFor(JWTClaimsSet claims, String clientId) {
        return claims.getAudience().stream().anyMatch(List.of(clientId, "api://" + clientId)::contains);
    }

    private User userOf(JWTClaimsSet claims) {
        User user = directory
                .user(String.valueOf(claims.getClaim("oid")))
                .orElseThrow(() -> EntraError.NOT_A_USERS_TOKEN.because("Application '" + claims.getClaim("oid")
                        + "' is not allowed to make application on-behalf-of calls."));
        if (claims.getClaim("scp") == null) {
            throw EntraError.ID_TOKEN.because(
                    "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.");
        }
        return user;
    }

    /** @throws EntraError.Refusal if the session is another client's */
    static Session checked(Session session, Parameters form) {
        if (!session.clientId().equalsIgnoreCase(ClientAuthentication.required(form, "client_id"))) {
            throw malformed();
        }
        return session;
    }

    static EntraError.Refusal malformed() {
        return EntraError.MALFORMED_GRANT.because("Invalid request. Request is malformed or invalid.");
    }

    /** What comes with a user's access token if it is asked for: an ID token, a refresh token, and who it is. */
    Map<String, Object> companions(Session session, Proof proof, String scope, TokenIssuer issuer, IssuedToken token) {
        var companions = new LinkedHashMap<String, Object>();
        if (Scope.has(scope, "openid")) {
            companions.put("id_token", issuer.idToken(session.subject(scope, proof), session.nonce(), token));
        }
        if (Scope.has(session.scope(), "offline_access")) {
            companions.put("refresh_token", refreshTokens.add(session.withoutNonce()));
        }
        companions.put("client_info", clientInfo(session.user()));
        return companions;
    }

    private String clientInfo(User user) {
        var info = Map.<String, Object>of("uid", user.objectId(), "utid", directory.tenantId());
        return Base64URL.encode(Json.write(info)).toString();
    }
}
