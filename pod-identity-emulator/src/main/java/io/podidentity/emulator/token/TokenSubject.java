package io.podidentity.emulator.token;

import org.jspecify.annotations.Nullable;

/**
 * Who a token is about.
 *
 * @param appId the client ID that asked
 * @param objectId the principal that the token speaks for
 * @param userPrincipalName null for an application
 * @param resourceId the Azure resource that a managed identity is; null for all others
 */
public record TokenSubject(
        String appId,
        String objectId,
        @Nullable String userPrincipalName,
        @Nullable String resourceId) {

    public static TokenSubject application(String clientId, String objectId) {
        return new TokenSubject(clientId, objectId, null, null);
    }

    public static TokenSubject managedIdentity(String clientId, String objectId, String resourceId) {
        return new TokenSubject(clientId, objectId, null, resourceId);
    }

    public static TokenSubject user(String clientId, String objectId, String userPrincipalName) {
        return new TokenSubject(clientId, objectId, userPrincipalName, null);
    }
}
