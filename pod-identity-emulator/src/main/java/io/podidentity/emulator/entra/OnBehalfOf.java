package io.podidentity.emulator.entra;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.entra.UserSignIn.Session;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.token.AccessTokenReader;
import java.time.Clock;
import java.util.List;

/**
 * Lets an application that was called with a user's token act for that user elsewhere.
 *
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">the flow</a>
 */
record OnBehalfOf(Directory directory, AccessTokenReader tokens, Clock clock) {

    /** @throws EntraException if it is no valid token of a user for that application, or consent is missing */
    Session session(ServicePrincipal application, Parameters form) {
        if (!ClientAuthentication.required(form, "requested_token_use").equals("on_behalf_of")) {
            throw UserSignIn.malformed();
        }
        String scope = ClientAuthentication.required(form, "scope");
        JWTClaimsSet claims = tokens.read(ClientAuthentication.required(form, "assertion"))
                .orElseThrow(() -> new EntraException(
                        EntraError.USER_TOKEN_SIGNATURE,
                        "Assertion failed signature validation. [Reason - The key was not found.]"));
        String clientId = application.clientId();
        if (!clock.instant().isBefore(claims.getExpirationTime().toInstant())) {
            throw new EntraException(
                    EntraError.USER_TOKEN_EXPIRED,
                    "Assertion is not within its valid time range. Ensure that the access token is not expired before"
                            + " using it for user assertion, or request a new token.");
        }
        if (claims.getAudience().stream().noneMatch(List.of(clientId, "api://" + clientId)::contains)) {
            throw new EntraException(
                    EntraError.USER_TOKEN_AUDIENCE,
                    "Assertion audience does not match the Client app presenting the assertion. The audience in the"
                            + " assertion was '" + String.join(", ", claims.getAudience())
                            + "' and the expected audience is '" + clientId
                            + "' or one of the Application Uris of this application.");
        }
        if (!directory.user().objectId().equals(claims.getSubject())) {
            throw new EntraException(
                    EntraError.NOT_A_USERS_TOKEN,
                    "Application '" + claims.getSubject() + "' is not allowed to make application on-behalf-of calls.");
        }
        if (claims.getClaim("scp") == null) {
            throw new EntraException(
                    EntraError.ID_TOKEN,
                    "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.");
        }
        if (!application.consented()) {
            throw new EntraException(
                    EntraError.NO_CONSENT,
                    "The user or administrator has not consented to use the application with ID '" + clientId
                            + "'. Send an interactive authorization request for this user and resource.");
        }
        return new Session(directory.user(), clientId, scope, null);
    }
}
