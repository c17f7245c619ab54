package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Whose token it is, as far as the token itself says. Nothing here is verified: the resource does that.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @param type a person or an application
 * @param userPrincipalName the sign-in name of a user (the first of the claims upn,
 *     preferred_username, unique_name and email); null for an application
 * @param appId the client ID of an application (the claims appid and azp); null for a user
 * @param objectId the object ID in the directory (claim oid), which role assignments name; may be null
 * @param tenantId the tenant (claim tid); may be null
 * @param certificateThumbprint the certificate that an application signed in with, in hex; null without one
 */
public record Principal(
        Type type,
        @Nullable String userPrincipalName,
        @Nullable String appId,
        @Nullable String objectId,
        @Nullable String tenantId,
        @Nullable String certificateThumbprint) {

    /** The kind of a principal. */
    public enum Type {
        /** A person. */
        USER,
        /** An application: a service principal or a managed identity. */
        APP
    }

    /**
     * A principal of these parts, of which only the type must be known.
     *
     * @param type a person or an application
     * @param userPrincipalName a user's sign-in name, or null
     * @param appId an application's client ID, or null
     * @param objectId the object ID, or null
     * @param tenantId the tenant's ID, or null
     * @param certificateThumbprint the certificate's SHA-1 hash in hex, or null
     * @throws NullPointerException if {@code type} is null
     */
    public Principal {
        requireNonNull(type, "type");
    }

    /** The parts that are known, such as {@code USER anna@contoso.com, tenant 1111…}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(type == Type.USER ? "User" : "App");
        append(text, " ", type == Type.USER ? userPrincipalName : appId);
        append(text, ", object ID ", objectId);
        append(text, ", tenant ", tenantId);
        append(text, ", certificate ", certificateThumbprint);
        return text.toString();
    }

    private static void append(StringBuilder text, String label, @Nullable String value) {
        if (value != null) {
            text.append(label).append(value);
        }
    }
}
