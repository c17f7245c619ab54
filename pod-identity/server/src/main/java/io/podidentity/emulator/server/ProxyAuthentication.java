// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.util.Optional;

/**
 * Decides whose word counts for which client a connection comes from. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ProxyAuthentication {

    /**
     * What is said against a proxy's credential, in one line of ASCII without the credential; empty if it is right.
     *
     * @param credential as the proxy has sent it: one word of ASCII
     */
    Optional<String> refusal(String credential);
}
