// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.SigningKeys;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What clients of an emulator trust.
 *
 * @param authority signs the certificates of its servers
 * @param signing gives the keys of Entra ID's tokens; asked once, on a thread of its own
 * @since 0.1.0
 */
public record EntraKeys(CertificateAuthority authority, Supplier<SigningKeys> signing) {

    /** @param hosts those beside loopback's that the servers' certificates need */
    static EntraKeys ofThisJvm(Set<String> hosts) {
        return new EntraKeys(CertificateAuthority.ofThisJvm(hosts), () -> SigningKeys.shared(SigningKey.ofEntra()));
    }
}
