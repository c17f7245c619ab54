// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

/**
 * A managed identity assigned to the node.
 *
 * @since 0.1.0
 */
public record NodeIdentity(String clientId, String objectId, String resourceId, boolean systemAssigned) {}
