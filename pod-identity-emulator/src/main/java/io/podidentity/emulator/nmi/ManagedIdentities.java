package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityRequest;

/** The managed mode: looks at label, bindings and identities itself, and never waits. */
record ManagedIdentities(NmiSettings settings, ApiServer apiServer) implements Identities {

    @Override
    public AzureIdentity find(Pod pod, IdentityRequest wanted, Request request, RequestLog log) throws NmiException {
        var matcher = new IdentityMatcher(apiServer.cluster(), settings.rules());
        var choice = matcher.choose(pod, matcher.match(pod).identities(), wanted);
        if (choice instanceof Chosen chosen) {
            Choices.log("managed.go:64", pod, wanted, chosen, log);
            return chosen.identity();
        }
        throw Choices.notFound(wanted);
    }
}
