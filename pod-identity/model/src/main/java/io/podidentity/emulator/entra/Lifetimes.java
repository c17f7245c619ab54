// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import java.time.Duration;

/**
 * How long access tokens live.
 *
 * @param usual those of applications and users
 * @param ofManagedIdentities which live longer, whatever way the identity proves itself
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes">lifetimes</a>
 * @since 0.1.0
 */
public record Lifetimes(Duration usual, Duration ofManagedIdentities) {}
