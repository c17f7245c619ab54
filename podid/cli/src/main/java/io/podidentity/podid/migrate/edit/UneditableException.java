// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

/**
 * A change was not made, since it might do something else than what is meant. The message begins with the place and
 * says why.
 */
@SuppressWarnings("serial")
public final class UneditableException extends RuntimeException {

    UneditableException(String place, String reason) {
        super(place + ": " + reason);
    }
}
