// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import org.jspecify.annotations.Nullable;

/**
 * A user-assigned managed identity, by one of the three IDs that Azure knows it by. Which of them a host takes differs;
 * the client ID is taken wherever there is a choice at all. Blanks around an ID are taken off; whether it has the shape
 * of its kind is for the host to say.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class UserAssignedIdentity {

    /** The IDs of an identity. */
    public enum Kind {
        /** The client ID, also called application ID: a GUID. */
        CLIENT_ID("client ID"),
        /** The object ID, also called principal ID: another GUID. */
        OBJECT_ID("object ID"),
        /**
         * The resource ID: {@code /subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME}.
         */
        RESOURCE_ID("resource ID");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final Kind kind;
    private final String id;

    private UserAssignedIdentity(Kind kind, String id) {
        this.kind = kind;
        if (id.isBlank()) {
            throw new IllegalArgumentException(kind.words + " must not be blank");
        }
        this.id = id.strip();
    }

    /**
     * The identity with a client ID.
     *
     * @param clientId the GUID that is also called application ID
     * @return the identity, with the kind {@link Kind#CLIENT_ID}
     * @throws IllegalArgumentException if it is blank
     */
    public static UserAssignedIdentity ofClientId(String clientId) {
        return new UserAssignedIdentity(Kind.CLIENT_ID, clientId);
    }

    /**
     * The identity with an object ID.
     *
     * @param objectId the GUID that is also called principal ID
     * @return the identity, with the kind {@link Kind#OBJECT_ID}
     * @throws IllegalArgumentException if it is blank
     */
    public static UserAssignedIdentity ofObjectId(String objectId) {
        return new UserAssignedIdentity(Kind.OBJECT_ID, objectId);
    }

    /**
     * The identity with a resource ID.
     *
     * @param resourceId the path that begins with {@code /subscriptions/}
     * @return the identity, with the kind {@link Kind#RESOURCE_ID}
     * @throws IllegalArgumentException if it is blank
     */
    public static UserAssignedIdentity ofResourceId(String resourceId) {
        return new UserAssignedIdentity(Kind.RESOURCE_ID, resourceId);
    }

    /** {@return which of its IDs it is} */
    public Kind kind() {
        return kind;
    }

    /** {@return the ID, without blanks around it} */
    public String id() {
        return id;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UserAssignedIdentity identity && kind == identity.kind && id.equals(identity.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** For people, such as {@code client ID 11111111-1111-1111-1111-111111111111}. */
    @Override
    public String toString() {
        return kind.words + " " + Excerpt.of(id, 200);
    }
}
