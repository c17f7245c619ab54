package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityRequest;

/** How NMI finds the identity for a request; each of its modes has its own way. */
interface Identities {

    /**
     * The identity that answers the request, maybe after a wait.
     *
     * @param request whose client may hang up meanwhile
     * @throws NmiException if there is none
     * @throws InterruptedException if the server is closed meanwhile
     */
    AzureIdentity find(Pod pod, IdentityRequest wanted, Request request, RequestLog log)
            throws NmiException, InterruptedException;
}
