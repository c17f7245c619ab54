package io.podidentity.tokenprovider.internal.entra;

/** How an application proves to Entra ID that it is itself. */
public interface EntraCredential {
    /** Presents a proof, and another one where the first was refused and another may do. */
    EntraSession.Answer signIn(EntraSession session) throws InterruptedException;
}
