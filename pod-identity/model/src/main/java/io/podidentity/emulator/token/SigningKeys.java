// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import java.util.List;

/**
 * The key of each tenant. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SigningKeys {

    /** The key with which a tenant's tokens are signed: always the same for one tenant. */
    SigningKey of(String tenantId);

    /** The keys of a tenant that are published, the one that signs first. */
    default List<SigningKey> published(String tenantId) {
        return List.of(of(tenantId));
    }

    /** One key for all tenants, which the issuer then tells apart, as those of the real Entra ID. */
    static SigningKeys shared(SigningKey key) {
        return tenant -> key;
    }
}
