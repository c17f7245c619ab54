// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/**
 * A service of yours at Entra ID's address, such as Resource Manager: it is asked before Entra ID is. Must be
 * thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AddedEndpoint {

    /** Answers, or is empty if the request is none of its own. */
    Optional<Answer> answer(Request request);

    /**
     * What it can stand on.
     *
     * @param entra the address at which it is served, without a trailing slash
     * @param storage the address of the storage account
     * @param clock by which tokens are issued and checked
     * @param authority which clients trust
     */
    record Azure(
            Directory directory,
            BlobStore blobs,
            TokenIssuer issuer,
            URI entra,
            URI storage,
            Clock clock,
            CertificateAuthority authority) {}
}
