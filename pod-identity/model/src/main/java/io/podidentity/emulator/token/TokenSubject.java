package io.podidentity.emulator.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a token is about.
 *
 * @param appId the client ID that asked
 * @param objectId the principal that the token speaks for
 * @param userPrincipalName null for an application
 * @param scopes what the user's token permits, separated by spaces; null for an application
 * @param resourceId the Azure resource that a managed identity is; null for all others
 * @param proof by which the client has shown who it is
 * @param roles the application roles that the principal has at the resource
 * @param groups the object IDs of the groups that the principal is in
 * @param requested what the client has asked to find in the token
 * @since 0.1.0
 */
public record TokenSubject(
        String appId,
        String objectId,
        @Nullable String userPrincipalName,
        @Nullable String scopes,
        @Nullable String resourceId,
        Proof proof,
        List<String> roles,
        List<String> groups,
        RequestedClaims requested) {

    /** How a client showed who it is, as the claim {@code appidacr} says it. */
    public enum Proof {
        NONE("0"),
        SECRET("1"),
        /** By a signature: a certificate, a federated credential, or the platform for a managed identity. */
        SIGNATURE("2");

        final String claim;

        Proof(String claim) {
            this.claim = claim;
        }
    }

    public TokenSubject {
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
    }

    public static TokenSubject application(String clientId, String objectId, Proof proof) {
        return new TokenSubject(
                clientId, objectId, null, null, null, proof, List.of(), List.of(), RequestedClaims.NONE);
    }

    public static TokenSubject managedIdentity(String clientId, String objectId, String resourceId) {
        return new TokenSubject(
                clientId,
                objectId,
                null,
                null,
                resourceId,
                Proof.SIGNATURE,
                List.of(),
                List.of(),
                RequestedClaims.NONE);
    }

    public static TokenSubject user(
            String clientId, String objectId, String userPrincipalName, String scopes, Proof proof) {
        return new TokenSubject(
                clientId, objectId, userPrincipalName, scopes, null, proof, List.of(), List.of(), RequestedClaims.NONE);
    }

    public TokenSubject with(List<String> appRoles, List<String> memberOf) {
        return new TokenSubject(
                appId, objectId, userPrincipalName, scopes, resourceId, proof, appRoles, memberOf, requested);
    }

    public TokenSubject asking(RequestedClaims claims) {
        return new TokenSubject(appId, objectId, userPrincipalName, scopes, resourceId, proof, roles, groups, claims);
    }

    boolean isUser() {
        return userPrincipalName != null;
    }

    /** The subject towards one application: of a user another one for each, by which they cannot be compared. */
    String subjectFor(String audience) {
        if (!isUser()) {
            return objectId;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((objectId + " at " + audience).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
