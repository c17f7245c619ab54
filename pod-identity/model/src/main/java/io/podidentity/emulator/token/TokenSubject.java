package io.podidentity.emulator.token;

import org.jspecify.annotations.Nullable;

/**
 * Who a token is about.
 *
 * @param appId the client ID that asked
 * @param objectId the principal that the token speaks for
 * @param userPrincipalName null for an application
 * @param scopes what the user's token permits, separated by spaces; null for an application
 * @param resourceId the Azure resource that a managed identity is; null for all others
 * @since 0.1.0
 */
public record TokenSubject(
        String appId,
        String objectId,
        @Nullable String userPrincipalName,
        @Nullable String scopes,
        @Nullable String resourceId) {

    public static TokenSubject application(String clientId, String objectId) {
        return new TokenSubject(clientId, objectId, null, null, null);
    }

    public static TokenSubject managedIdentity(String clientId, String objectId, String resourceId) {
        return new TokenSubject(clientId, objectId, null, null, resourceId);
    }

    public static TokenSubject user(String clientId, String objectId, String userPrincipalName, String scopes) {
        return new TokenSubject(clientId, objectId, userPrincipalName, scopes, null);
    }
}
