// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.io.Serial;

/** A setting of the token provider that it does not accept. The message shows no value that can be a secret. */
final class TokenProviderSettingException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * @param message what is wrong
     * @param action what to do
     */
    TokenProviderSettingException(String message, String action) {
        super(message);
        this.action = action;
    }

    String action() {
        return action;
    }
}
