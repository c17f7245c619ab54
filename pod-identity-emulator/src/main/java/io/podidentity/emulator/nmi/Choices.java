package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityRequest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What NMI says from 1.6.0 on of the identity that it has chosen. */
final class Choices {

    private Choices() {}

    static void log(String source, Pod pod, IdentityRequest wanted, Chosen chosen, RequestLog log) {
        warnOfChance(chosen, log);
        if (wanted.isAny()) {
            log.info(
                    source,
                    "no clientID or resourceID in request. " + pod.name() + " has been matched with azure identity "
                            + chosen.identity().name());
        } else if (!wanted.clientId().isEmpty()) {
            log.info(
                    source,
                    "clientID in request: " + ClientIds.redacted(wanted.clientId()) + ", " + pod.name()
                            + " has been matched with azure identity "
                            + chosen.identity().name());
        }
    }

    /** Not upstream's: there the choice just happens. */
    static void warnOfChance(Chosen chosen, RequestLog log) {
        if (!chosen.others().isEmpty()) {
            String candidates = Stream.concat(Stream.of(chosen.identity()), chosen.others().stream())
                    .map(AzureIdentity::name)
                    .map(Object::toString)
                    .collect(Collectors.joining(", "));
            log.warning(
                    "podid",
                    "podid: a cluster takes one of " + candidates + " by chance, this took the first; name one by"
                            + " client_id");
        }
    }

    static NmiException.NoIdentity notFound(IdentityRequest wanted) {
        return new NmiException.NoIdentity(
                "no azure identity found for request clientID " + ClientIds.redacted(wanted.clientId()), true);
    }
}
