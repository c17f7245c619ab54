// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import io.podidentity.emulator.directory.FmiPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Who a token is about. Immutable.
 *
 * @param appId the client ID that asked
 * @param objectId the principal that the token speaks for
 * @param user the user that the principal is; empty for an application
 * @param resourceId the Azure resource that a managed identity is; empty for all others
 * @param proof by which the client has shown who it is
 * @param roles the application roles that the principal has at the resource
 * @param groups the object IDs of the groups that the principal is in
 * @param requested what the client has asked to find in the token
 * @param agent what the token says of the agent identity that asks; empty if another client asks
 * @param path whom a blueprint names by its token; empty for all others
 * @since 0.1.0
 */
public record TokenSubject(
        String appId,
        String objectId,
        Optional<SignedInUser> user,
        Optional<String> resourceId,
        Proof proof,
        List<String> roles,
        List<String> groups,
        RequestedClaims requested,
        Optional<AgentClaims> agent,
        Optional<FmiPath> path) {

    /**
     * A user at a client.
     *
     * @param scopes what the user's token permits, separated by spaces
     */
    public record SignedInUser(String principalName, String scopes) {}

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

    /** An application, without roles and groups. */
    public static TokenSubject application(String clientId, String objectId, Proof proof) {
        return of(clientId, objectId, Optional.empty(), Optional.empty(), proof);
    }

    /** A managed identity, without roles and groups. */
    public static TokenSubject managedIdentity(String clientId, String objectId, String resourceId) {
        return of(clientId, objectId, Optional.empty(), Optional.of(resourceId), Proof.SIGNATURE);
    }

    /** A user, without roles and groups. */
    public static TokenSubject user(String clientId, String objectId, SignedInUser user, Proof proof) {
        return of(clientId, objectId, Optional.of(user), Optional.empty(), proof);
    }

    private static TokenSubject of(
            String clientId, String objectId, Optional<SignedInUser> user, Optional<String> resourceId, Proof proof) {
        return new TokenSubject(
                clientId,
                objectId,
                user,
                resourceId,
                proof,
                List.of(),
                List.of(),
                RequestedClaims.NONE,
                Optional.empty(),
                Optional.empty());
    }

    /** The same with these roles and groups. */
    public TokenSubject with(List<String> appRoles, List<String> memberOf) {
        return new TokenSubject(appId, objectId, user, resourceId, proof, appRoles, memberOf, requested, agent, path);
    }

    /** The same, whose client asks for these claims. */
    public TokenSubject asking(RequestedClaims claims) {
        return new TokenSubject(appId, objectId, user, resourceId, proof, roles, groups, claims, agent, path);
    }

    /** The same, whose client is an agent identity. */
    public TokenSubject ofAgent(AgentClaims claims) {
        return new TokenSubject(
                appId, objectId, user, resourceId, proof, roles, groups, requested, Optional.of(claims), path);
    }

    /** The same, by which a blueprint names one of its agent identities. */
    public TokenSubject naming(FmiPath named) {
        return new TokenSubject(
                appId, objectId, user, resourceId, proof, roles, groups, requested, agent, Optional.of(named));
    }

    /** The subject towards one application: of a user another one for each, by which they cannot be compared. */
    String subjectFor(String audience) {
        if (path.isPresent()) {
            return path.get().subject();
        }
        if (user.isEmpty()) {
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
