// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

/** One way for an application to prove its identity to Entra ID. */
public interface EntraCredential {
    /** Presents a proof. If Entra ID refuses it, and another proof may be accepted, presents that one. */
    EntraSession.Answer signIn(EntraSession session) throws InterruptedException;
}
