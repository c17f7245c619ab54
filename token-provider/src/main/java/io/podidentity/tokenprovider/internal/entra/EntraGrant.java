// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

/**
 * What an application asks the token endpoint for: the grant type, and the fields of the form that belong to it. The
 * defaults are those of a token for the application itself (client credentials).
 */
public interface EntraGrant {
    /** A token for the application itself. */
    EntraGrant CLIENT_CREDENTIALS = new EntraGrant() {};

    default String type() {
        return "client_credentials";
    }

    /** The fields of the form, each with {@code &} in front. They may hold secrets. */
    default String writeFields() {
        return "";
    }

    /** A text in which the secrets of the fields are masked. */
    default String hide(String text) {
        return text;
    }

    /** Whether the token is to be of a user, and not of the application. */
    default boolean isForUser() {
        return false;
    }

    /** Which token this is, as the beginning of a failure's reason; empty if the source's name says it. */
    default String describe() {
        return "";
    }

    /**
     * What to do about a refusal that is about this grant, and not about the application's proof; else empty.
     *
     * @param aadsts the number of the error; 0 for none
     */
    default String remedy(int aadsts) {
        return "";
    }
}
