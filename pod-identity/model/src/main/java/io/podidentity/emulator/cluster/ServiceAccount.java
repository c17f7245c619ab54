// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * The account under which a pod talks to the API server and, by the account's projected token, to Entra ID.
 *
 * @since 0.1.0
 */
public record ServiceAccount(Metadata metadata) implements KubernetesObject {}
