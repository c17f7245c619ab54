// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.text.Secret;

/**
 * The token of the user on whose behalf an application asks for the next token (Microsoft Learn, "Microsoft identity
 * platform and OAuth 2.0 On-Behalf-Of flow").
 */
public final class UserAssertion extends EntraGrant {
    private final Secret token;
    private final String clientId;

    /**
     * @param token the token that the application received
     * @param clientId the application that the user's token has to be for
     */
    public UserAssertion(Secret token, String clientId) {
        this.token = token;
        this.clientId = clientId;
    }

    @Override
    public String type() {
        return "urn:ietf:params:oauth:grant-type:jwt-bearer";
    }

    @Override
    public String writeFields() {
        return "&requested_token_use=on_behalf_of&assertion=" + token.encode();
    }

    @Override
    public String hide(String text) {
        return token.hide(text);
    }

    @Override
    public boolean isForUser() {
        return true;
    }

    @Override
    public String remedy(int aadsts) {
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
