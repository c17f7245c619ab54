// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.text.Secret;

/**
 * The token of the user on whose behalf an application asks for the next token (Microsoft Learn, "Microsoft identity
 * platform and OAuth 2.0 On-Behalf-Of flow").
 */
final class UserAssertion {
    static final String GRANT_TYPE = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";

    private final Secret token;

    UserAssertion(Secret token) {
        this.token = token;
    }

    /** The token that the application received. */
    Secret token() {
        return token;
    }

    /** The fields of the form, each with {@code &} in front. */
    String writeFields() {
        return "&requested_token_use=on_behalf_of&assertion=" + token.encode();
    }

    /** What to do about a refusal that is about the user's token, and not about the application; else empty. */
    String remedy(int aadsts, String clientId) {
        return switch (aadsts) {
            case 50013, 500131, 240002, 7000114 ->
                "Pass on the access token of a user that is for this application: its aud is " + clientId
                        + ", or the App ID URI.";
            case 500133, 700024 -> "The user's token is out of date: let the client send a new one.";
            case 50076, 50079, 50072, 50074, 50158, 53000, 53003 ->
                "Answer the client with HTTP 401 and a claims challenge: the user has to sign in again.";
            case 65001 ->
                "The user or an administrator has to consent: list the permission of the next API in the application, then"
                        + " run 'az ad app permission admin-consent --id " + clientId + "'.";
            default -> "";
        };
    }
}
