package io.podidentity.tokenprovider;

/** How an application proves to Entra ID that it is itself. */
interface EntraCredential {
    /**
     * Presents a proof, and another one where the first was refused and another may do.
     *
     * @return the last answer
     * @throws TokenAcquisitionException if there is no proof to present
     */
    EntraAnswer signIn(EntraSession session) throws InterruptedException;
}
