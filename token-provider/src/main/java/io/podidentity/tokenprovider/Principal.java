// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose token it is, as far as the token itself says. Nothing here is verified: the resource does that. Start with
 * {@link #user} or {@link #app} and add what is known:
 *
 * <pre>{@code
 * Principal.app(clientId).withTenantId(tenantId)
 * }</pre>
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class Principal {

    /** The kind of a principal. */
    public enum Type {
        /** A user: a person, or the user account of an agent. */
        USER,
        /** An application: a service principal, a managed identity or an agent identity. */
        APP
    }

    /** Longer than any sign-in name that Entra ID takes. */
    static final int MAX_SHOWN = 200;

    private final Type type;
    private final @Nullable String userPrincipalName;
    private final @Nullable String appId;
    private final @Nullable String objectId;
    private final @Nullable String tenantId;
    private final @Nullable String certificateThumbprint;
    private final @Nullable String blueprintId;

    Principal(
            Type type,
            @Nullable String userPrincipalName,
            @Nullable String appId,
            @Nullable String objectId,
            @Nullable String tenantId,
            @Nullable String certificateThumbprint,
            @Nullable String blueprintId) {
        this.type = requireNonNull(type, "type");
        this.userPrincipalName = userPrincipalName;
        this.appId = appId;
        this.objectId = objectId;
        this.tenantId = tenantId;
        this.certificateThumbprint = certificateThumbprint;
        this.blueprintId = blueprintId;
    }

    /**
     * A user: a person, or the user account of an agent.
     *
     * @param userPrincipalName the sign-in name, or null if it is not known
     * @return a principal of the type {@link Type#USER} of which nothing else is known
     */
    public static Principal user(@Nullable String userPrincipalName) {
        return new Principal(Type.USER, userPrincipalName, null, null, null, null, null);
    }

    /**
     * An application.
     *
     * @param appId its client ID, or null if it is not known
     * @return a principal of the type {@link Type#APP} of which nothing else is known
     */
    public static Principal app(@Nullable String appId) {
        return new Principal(Type.APP, null, appId, null, null, null, null);
    }

    /** Whose token it is by its claims; null for one that is opaque, or says nothing of a principal. */
    static @Nullable Principal read(String token) {
        Map<String, @Nullable Object> claims = JwtReader.claims(token);
        if (claims == null) {
            return null;
        }
        return readClaims(claims);
    }

    private static @Nullable Principal readClaims(Map<String, @Nullable Object> claims) {
        String name = text(claims, "upn", "preferred_username", "unique_name", "email");
        String appId = text(claims, "appid", "azp");
        String objectId = text(claims, "oid");
        String kind = text(claims, "idtyp");
        String tenantId = text(claims, "tid");
        String blueprintId = text(claims, "xms_par_app_azp");
        if (name == null && appId == null && objectId == null) {
            return null;
        }
        // Not every token has the claim idtyp. An application has no sign-in name.
        boolean isUser = name != null;
        if (kind != null) {
            isUser = kind.equals("user");
        }
        if (!isUser) {
            return new Principal(Type.APP, null, appId, objectId, tenantId, null, blueprintId);
        }
        String agentId = null;
        if (blueprintId != null) {
            agentId = appId;
        }
        return new Principal(Type.USER, name, agentId, objectId, tenantId, null, blueprintId);
    }

    /** The first of these claims that is there and a text of one line, in which no character hides or turns others. */
    private static @Nullable String text(Map<String, @Nullable Object> claims, String... names) {
        for (String name : names) {
            if (claims.get(name) instanceof String value
                    && !value.isEmpty()
                    && value.codePoints().noneMatch(Principal::isHidden)) {
                return value;
            }
        }
        return null;
    }

    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /**
     * The same principal, with its object ID.
     *
     * @param objectId the object ID, or null if it is not known
     * @return a new object
     */
    public Principal withObjectId(@Nullable String objectId) {
        return new Principal(type, userPrincipalName, appId, objectId, tenantId, certificateThumbprint, blueprintId);
    }

    /**
     * The same principal, with its tenant.
     *
     * @param tenantId the tenant's ID, or null if it is not known
     * @return a new object
     */
    public Principal withTenantId(@Nullable String tenantId) {
        return new Principal(type, userPrincipalName, appId, objectId, tenantId, certificateThumbprint, blueprintId);
    }

    /**
     * The same principal, with the certificate that it signed in with.
     *
     * @param certificateThumbprint the certificate's SHA-1 hash in hex, or null without one
     * @return a new object
     */
    public Principal withCertificateThumbprint(@Nullable String certificateThumbprint) {
        return new Principal(type, userPrincipalName, appId, objectId, tenantId, certificateThumbprint, blueprintId);
    }

    /**
     * The same principal as an agent identity, or as a user for whom an agent identity acts.
     *
     * @param blueprintId the client ID of the agent identity's blueprint, or null for no agent identity
     * @return a new object
     */
    public Principal withBlueprintId(@Nullable String blueprintId) {
        return new Principal(type, userPrincipalName, appId, objectId, tenantId, certificateThumbprint, blueprintId);
    }

    /** {@return a user or an application} */
    public Type type() {
        return type;
    }

    /**
     * The sign-in name of a user.
     *
     * @return the first of the claims upn, preferred_username, unique_name and email; empty for an application
     */
    public Optional<String> userPrincipalName() {
        return Optional.ofNullable(userPrincipalName);
    }

    /**
     * The client ID of an application (the claims appid and azp).
     *
     * @return for a user the client ID of the agent identity that acts for that user; empty without an agent identity
     */
    public Optional<String> appId() {
        return Optional.ofNullable(appId);
    }

    /** {@return the object ID in the directory (claim oid), which role assignments name; empty if it is not known} */
    public Optional<String> objectId() {
        return Optional.ofNullable(objectId);
    }

    /** {@return the tenant (claim tid); empty if it is not known} */
    public Optional<String> tenantId() {
        return Optional.ofNullable(tenantId);
    }

    /** {@return the certificate that an application signed in with, as its SHA-1 hash in hex; empty without one} */
    public Optional<String> certificateThumbprint() {
        return Optional.ofNullable(certificateThumbprint);
    }

    /**
     * The blueprint of the agent identity that the token was issued to (claim xms_par_app_azp). It is for people and
     * logs: all agent identities of a blueprint have the same one.
     *
     * @return its client ID; empty for a principal without an agent identity
     */
    public Optional<String> blueprintId() {
        return Optional.ofNullable(blueprintId);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Principal principal
                && type == principal.type
                && Objects.equals(userPrincipalName, principal.userPrincipalName)
                && Objects.equals(appId, principal.appId)
                && Objects.equals(objectId, principal.objectId)
                && Objects.equals(tenantId, principal.tenantId)
                && Objects.equals(certificateThumbprint, principal.certificateThumbprint)
                && Objects.equals(blueprintId, principal.blueprintId);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, userPrincipalName, appId, objectId, tenantId, certificateThumbprint, blueprintId);
    }

    /** The parts that are known, such as {@code User anna@contoso.com, tenant 1111…}, in one line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (type == Type.USER) {
            append(text.append("User"), " ", userPrincipalName);
            append(text, ", agent ", appId);
        } else if (blueprintId != null) {
            append(text.append("Agent"), " ", appId);
        } else {
            append(text.append("App"), " ", appId);
        }
        append(text, ", blueprint ", blueprintId);
        append(text, ", object ID ", objectId);
        append(text, ", tenant ", tenantId);
        append(text, ", certificate ", certificateThumbprint);
        return text.toString();
    }

    private static void append(StringBuilder text, String label, @Nullable String value) {
        if (value != null) {
            text.append(label).append(Excerpt.of(value, MAX_SHOWN));
        }
    }
}
