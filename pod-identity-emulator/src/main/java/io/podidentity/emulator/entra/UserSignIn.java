package io.podidentity.emulator.entra;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.token.IssuedToken;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenSubject;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    private final SigningKey key;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> deviceCodes = new ConcurrentHashMap<>();
    private final Map<String, Session> refreshTokens = new ConcurrentHashMap<>();

    /** A user at a client, and what was asked for at first. */
    record Session(User user, String clientId, String scope) {

        TokenSubject subject() {
            return TokenSubject.user(clientId, user.objectId(), user.userPrincipalName());
        }
    }

    UserSignIn(Directory directory, URI authority, SigningKey key) {
        this.directory = directory;
        this.authority = authority;
        this.key = key;
    }

    Answer startDeviceCode(Parameters form) {
        String clientId = ClientAuthentication.required(form, "client_id").toLowerCase(Locale.ROOT);
        if (!PUBLIC_CLIENTS.contains(clientId)) {
            throw new EntraException(
                    EntraError.UNKNOWN_APPLICATION,
                    "Application with identifier '" + clientId + "' was not found in the directory '"
                            + directory.tenantId() + "'.");
        }
        var session = new Session(directory.user(), clientId, ClientAuthentication.required(form, "scope"));
        String deviceCode = secret();
        deviceCodes.put(deviceCode, session);
        String userCode = secret().substring(0, 8).toUpperCase(Locale.ROOT);
        var body = new LinkedHashMap<String, Object>();
        body.put("user_code", userCode);
        body.put("device_code", deviceCode);
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
        return checked(deviceCodes.remove(code), form);
    }

    Session redeemRefreshToken(Parameters form) {
        return checked(refreshTokens.get(ClientAuthentication.required(form, "refresh_token")), form);
    }

    private static Session checked(@Nullable Session session, Parameters form) {
        String clientId = ClientAuthentication.required(form, "client_id");
        if (session == null || !session.clientId().equalsIgnoreCase(clientId)) {
            throw new EntraException(EntraError.MALFORMED_GRANT, "Invalid request. Request is malformed or invalid.");
        }
        return session;
    }

    /** What comes with a user's access token: a refresh token, an ID token, and who it is. */
    Map<String, Object> companions(Session session, IssuedToken token) {
        String refreshToken = secret();
        refreshTokens.put(refreshToken, session);
        return Map.of(
                "refresh_token", refreshToken,
                "id_token", idToken(session, token),
                "client_info", clientInfo(session.user()));
    }

    private String idToken(Session session, IssuedToken token) {
        User user = session.user();
        return key.sign(new JWTClaimsSet.Builder()
                .audience(session.clientId())
                .issuer(authority + "/" + directory.tenantId() + "/v2.0")
                .issueTime(Date.from(token.notBefore()))
                .notBeforeTime(Date.from(token.notBefore()))
                .expirationTime(Date.from(token.expiresOn()))
                .subject(user.objectId())
                .claim("name", user.userPrincipalName())
                .claim("preferred_username", user.userPrincipalName())
                .claim("oid", user.objectId())
                .claim("tid", directory.tenantId())
                .claim("ver", "2.0")
                .build());
    }

    private String clientInfo(User user) {
        var info = Map.<String, Object>of("uid", user.objectId(), "utid", directory.tenantId());
        return Base64URL.encode(Json.write(info)).toString();
    }

    private String secret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64URL.encode(bytes).toString();
    }
}
