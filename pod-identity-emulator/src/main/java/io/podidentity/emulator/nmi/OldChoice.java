package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityRequest;
import java.util.List;

/** The choice before 1.6.0: goes through the assigned identities, and logs each one that does not match. */
final class OldChoice {

    private OldChoice() {}

    static AzureIdentity of(IdentityChoice choice, List<AzureIdentity> assigned, IdentityRequest wanted, RequestLog log)
            throws NmiException {
        for (AzureIdentity identity : assigned) {
            if (wanted.isMetBy(identity)) {
                break;
            }
            // Both in full, as upstream.
            log.warning("", "clientid mismatch, requested:" + wanted.clientId() + " available:" + identity.clientId());
        }
        if (choice instanceof Chosen chosen) {
            Choices.warnOfChance(chosen, log);
            return chosen.identity();
        }
        throw new NmiException.NoToken("azureidentity is not configured for the pod", false);
    }
}
