package io.podidentity.emulator.token;

import org.jspecify.annotations.Nullable;

/**
 * Who a token is about.
 *
 * @param appId the client ID that asked
 * @param objectId the principal that the token speaks for
 * @param userPrincipalName null for an application
 */
public record TokenSubject(
        String appId, String objectId, @Nullable String userPrincipalName) {

    public static TokenSubject application(String clientId, String objectId) {
        return new TokenSubject(clientId, objectId, null);
    }
}
