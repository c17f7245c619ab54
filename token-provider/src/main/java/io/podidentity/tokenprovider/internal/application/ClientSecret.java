// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraProof;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.text.Secret;

/** A client secret, as proof of identity. */
public final class ClientSecret implements EntraCredential {
    private final Secret secret;

    public ClientSecret(Secret secret) {
        this.secret = secret;
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        return session.present(EntraProof.ofSecret(secret));
    }
}
