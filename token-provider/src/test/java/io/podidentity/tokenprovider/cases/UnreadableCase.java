// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

/** A case says something that its runner does not know; the message names the case, the place and what is known. */
final class UnreadableCase extends AssertionError {
    private static final long serialVersionUID = 1L;

    UnreadableCase(String message) {
        super(message);
    }

    UnreadableCase(String message, Throwable cause) {
        super(message, cause);
    }
}
