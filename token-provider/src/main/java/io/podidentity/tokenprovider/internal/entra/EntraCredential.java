package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;

/** How an application proves to Entra ID that it is itself. */
public interface EntraCredential {
    /**
     * Presents a proof, and another one where the first was refused and another may do.
     *
     * @return the last answer
     * @throws TokenAcquisitionException if there is no proof to present
     */
    EntraAnswer signIn(EntraSession session) throws InterruptedException;
}
