// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.Nullable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What an application asks the token endpoint for: the grant type, and the fields of the form that belong to it. The
 * defaults are those of a token for the application itself (client credentials).
 */
public class EntraGrant {
    /** A token for the application itself. */
    static final EntraGrant CLIENT_CREDENTIALS = new EntraGrant();

    /** The client ID of the agent identity that the token is for; null for none. */
    private final @Nullable String path;

    protected EntraGrant() {
        this(null);
    }

    private EntraGrant(@Nullable String path) {
        this.path = path;
    }

    /** A blueprint's token for one of its agent identities, whose client ID is the path. */
    public static EntraGrant ofPath(String path) {
        return new EntraGrant(path);
    }

    /** Whether it is a blueprint that asks, for one of its agent identities. */
    final boolean isOfBlueprint() {
        return path != null;
    }

    public String type() {
        return "client_credentials";
    }

    /** The fields of the form, each with {@code &} in front. They may hold secrets. */
    public String writeFields() {
        if (path != null) {
            return "&fmi_path=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
        }
        return "";
    }

    /** A text in which the secrets of the fields are masked. */
    public String hide(String text) {
        return text;
    }

    /** Whether the token is to be of a user, and not of the application. */
    public boolean isForUser() {
        return false;
    }

    /** Which token this is, as the beginning of a failure's reason; empty if the source's name says it. */
    public String describe() {
        return "";
    }

    /**
     * What to do about a refusal that is about this grant, and not about the application's proof; else empty.
     *
     * @param aadsts the number of the error; 0 for none
     */
    public String remedy(int aadsts) {
        return "";
    }
}
