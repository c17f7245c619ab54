package io.podidentity.emulator.entra;

import com.nimbusds.jose.util.Base64URL;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.token.TokenSubject;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signs the one user in by device code, approved as soon as it is asked for, and keeps the session by refresh tokens.
 * Thread-safe.
 */
final class UserSignIn {

    /** Public clients that exist in every tenant: Azure CLI and Azure PowerShell. */
    private static final Set<String> PUBLIC_CLIENTS =
            Set.of("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2");

    private final Directory directory;
    private final URI authority;
    private final Grants<Session> deviceCodes = new Grants<>();
    private final Grants<Session> refreshTokens = new Grants<>();

    /**
     * A user at a client, and what was asked for at first.
     *
     * @param nonce what the first ID token repeats; null for nothing
     */
    record Session(
            User user,
            String clientId,
            String scope,
            @Nullable String nonce) {

        TokenSubject subject(String wanted) {
            return TokenSubject.user(clientId, user.objectId(), user.userPrincipalName(), Scope.permissions(wanted));
        }
    }

    UserSignIn(Directory directory, URI authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /** Whether it has no secret to prove itself by. */
    boolean isPublicClient(String clientId) {
        return PUBLIC_CLIENTS.contains(clientId.toLowerCase(Locale.ROOT));
    }

    Answer startDeviceCode(Parameters form) {
        String clientId = ClientAuthentication.required(form, "client_id").toLowerCase(Locale.ROOT);
        if (!isPublicClient(clientId)) {
            throw ClientAuthentication.unknown(clientId, directory);
        }
        var session = new Session(directory.user(), clientId, ClientAuthentication.required(form, "scope"), null);
        var body = new LinkedHashMap<String, Object>();
        body.put("user_code", RegisteredSecret.newValue().substring(0, 8).toUpperCase(Locale.ROOT));
        body.put("device_code", deviceCodes.add(session));
        body.put("verification_uri", authority + "/devicelogin");
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

    /** @throws EntraException if the session is another client's */
    static Session checked(Session session, Parameters form) {
        if (!session.clientId().equalsIgnoreCase(ClientAuthentication.required(form, "client_id"))) {
            throw malformed();
        }
        return session;
    }

    static EntraException malformed() {
        return new EntraException(EntraError.MALFORMED_GRANT, "Invalid request. Request is malformed or invalid.");
    }

    /** What comes with a user's access token if it is asked for: an ID token, a refresh token, and who it is. */
    Map<String, Object> companions(Session session, String scope, TokenIssuer issuer, IssuedToken token) {
        var companions = new LinkedHashMap<String, Object>();
        if (Scope.has(scope, "openid")) {
            companions.put("id_token", issuer.idToken(session.subject(scope), session.nonce(), token));
        }
        if (Scope.has(session.scope(), "offline_access")) {
            var later = new Session(session.user(), session.clientId(), session.scope(), null);
            companions.put("refresh_token", refreshTokens.add(later));
        }
        companions.put("client_info", clientInfo(session.user()));
        return companions;
    }

    private String clientInfo(User user) {
        var info = Map.<String, Object>of("uid", user.objectId(), "utid", directory.tenantId());
        return Base64URL.encode(Json.write(info)).toString();
    }
}
