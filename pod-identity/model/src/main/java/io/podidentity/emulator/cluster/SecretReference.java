// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * Names a Secret; both parts may be empty, since no namespace is assumed.
 *
 * @since 0.1.0
 */
public record SecretReference(String name, String namespace) {

    public static final SecretReference NONE = new SecretReference("", "");
}
