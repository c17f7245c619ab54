// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

/**
 * Marks a source that signs in as an application, and can therefore act on behalf of a user. Any other source would
 * answer a request on behalf of a user with a token of somebody else, so it is not asked.
 */
public interface ActingForUsers {
    /**
     * Whether the source signs in as agent identities, each by its blueprint. Any other source would answer a request
     * for an agent identity with a token of somebody else, so it is not asked.
     */
    default boolean actsAsAgents() {
        return false;
    }
}
