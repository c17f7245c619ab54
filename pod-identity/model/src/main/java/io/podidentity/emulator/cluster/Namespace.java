// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * A namespace; its own namespace is empty.
 *
 * @since 0.1.0
 */
public record Namespace(Metadata metadata) implements KubernetesObject {}
