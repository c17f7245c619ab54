// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

/**
 * A person who can sign in by device code.
 *
 * @since 0.1.0
 */
public record User(String userPrincipalName, String objectId) {}
