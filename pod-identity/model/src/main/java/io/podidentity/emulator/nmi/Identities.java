package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.Adal.PanicException;
import io.podidentity.emulator.adal.NoTokenException;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.HangUpWatch;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.time.EmulatorClock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the identity for a request. The managed mode looks at label, bindings and identities itself, and never waits.
 * The standard mode waits until MIC has assigned what the request means: 80 s for an assignment to begin and 100 s in
 * all, both by the flags' defaults.
 */
record Identities(NmiSettings settings, ApiServer apiServer, EmulatorClock clock) {

    /** Nothing is assigned that the request can mean. */
    @SuppressWarnings("serial")
    static final class NoIdentityException extends Exception {

        private final boolean assignmentBegan;

        NoIdentityException(String message, boolean assignmentBegan) {
            super(message);
            this.assignmentBegan = assignmentBegan;
        }

        /** Whether the identity is in the state Created at least. */
        boolean assignmentBegan() {
            return assignmentBegan;
        }
    }

    /**
     * The identity that answers the request, maybe after a wait.
     *
     * @param request whose client may hang up meanwhile
     * @throws InterruptedException if the server is closed meanwhile
     */
    AzureIdentity find(Pod pod, IdentityRequest wanted, Request request, RequestLog log)
            throws NoIdentityException, NoTokenException, InterruptedException {
        if (settings.profile() == Profile.MANAGED) {
            var matcher = matcher();
            var choice = matcher.choose(pod, matcher.match(pod).identities(), wanted);
            return chosen("managed.go:64", pod, choice, wanted, log);
        }
        Optional<List<AzureIdentity>> already = assigned(pod.name(), wanted, log);
        List<AzureIdentity> assigned =
                already.isPresent() ? already.get() : awaitAssigned(pod.name(), wanted, request, log);
        IdentityChoice choice = matcher().choose(pod, assigned, wanted);
        if (!settings.profile().logsWithKlog()) {
            return oldChoice(choice, assigned, wanted, log);
        }
        logIgnored(pod, assigned, log);
        if (wanted.isAny() && !(choice instanceof Chosen)) {
            throw new PanicException("runtime error: index out of range [0] with length 0");
        }
        return chosen("standard.go:72", pod, choice, wanted, log);
    }

    private IdentityMatcher matcher() {
        return new IdentityMatcher(apiServer.cluster(), settings.rules());
    }

    private List<AzureIdentity> awaitAssigned(ObjectName pod, IdentityRequest wanted, Request request, RequestLog log)
            throws NoIdentityException, InterruptedException {
        try (HangUpWatch client = request.connection().watch().get()) {
            try {
                return awaitAssigned(pod, wanted, log);
            } catch (InterruptedException e) {
                if (client.hasHungUp()) {
                    throw new NoIdentityException("context canceled", true);
                }
                throw e;
            }
        }
    }

    private List<AzureIdentity> awaitAssigned(ObjectName pod, IdentityRequest wanted, RequestLog log)
            throws NoIdentityException, InterruptedException {
        int forCreated = settings.retries().forCreated();
        int attempts = forCreated + settings.retries().forAssigned();
        for (int attempt = 1; attempt < attempts; attempt++) {
            pause(pod, attempt, log);
            Optional<List<AzureIdentity>> assigned = assigned(pod, wanted, log);
            if (assigned.isPresent()) {
                return assigned.get();
            }
            if (attempt >= forCreated && !anyMeant(in(State.CREATED, pod), wanted)) {
                throw notAssigned(pod, wanted, "CREATED", forCreated);
            }
        }
        pause(pod, attempts, log);
        throw notAssigned(pod, wanted, "ASSIGNED", attempts);
    }

    private void pause(ObjectName pod, int attempt, RequestLog log) throws InterruptedException {
        clock.await(settings.retries().interval());
        // From 1.6.0 on only at verbosity 4.
        if (!settings.profile().logsWithKlog()) {
            log.warning(
                    "",
                    "failed to get assigned ids for pod:" + pod + " in ASSIGNED state, retrying attempt: " + attempt);
        }
    }

    /** Those that are on the node already, if what the request means is among them. */
    private Optional<List<AzureIdentity>> assigned(ObjectName pod, IdentityRequest wanted, RequestLog log) {
        List<AzureIdentity> stateless = in(State.NONE, pod);
        if (anyMeant(stateless, wanted)) {
            log.warning(
                    "standard.go:121",
                    "found assignedIDs with no state for pod:" + pod
                            + ". AssignedIDs created with old version of mic.");
            return Optional.of(stateless);
        }
        return Optional.of(in(State.ASSIGNED, pod)).filter(assigned -> anyMeant(assigned, wanted));
    }

    private List<AzureIdentity> in(State state, ObjectName pod) {
        return apiServer.cluster().all(AzureAssignedIdentity.class).stream()
                .filter(assigned -> assigned.state() == state && assigned.pod().equals(pod))
                .map(AzureAssignedIdentity::identity)
                .toList();
    }

    private static boolean anyMeant(List<AzureIdentity> identities, IdentityRequest wanted) {
        return identities.stream().anyMatch(wanted::isMetBy);
    }

    private NoIdentityException notAssigned(ObjectName pod, IdentityRequest wanted, String state, int attempts) {
        long interval = settings.retries().interval().toSeconds();
        String text = "getting assigned identities for pod " + pod + " in " + state + " state failed after " + attempts
                + " attempts, retry duration [" + interval + "]s";
        text += settings.profile().logsWithKlog()
                ? ", error: <nil>. Check MIC pod logs for identity assignment errors"
                : ". Error: <nil>";
        // Also where a resource ID is asked for, with an empty client ID then.
        if (settings.profile().isAtLeast(1, 8, 0) && !wanted.isAny() && state.equals("CREATED")) {
            text = "clientID in request: " + ClientIds.redacted(wanted.clientId()) + ", " + text;
        }
        return new NoIdentityException(text, state.equals("ASSIGNED"));
    }

    private void logIgnored(Pod pod, List<AzureIdentity> assigned, RequestLog log) {
        assigned.stream()
                .filter(identity -> settings.rules().forceNamespaced() || identity.isNamespaced())
                .filter(identity -> !identity.namespace().equals(pod.namespace()))
                .forEach(identity -> log.error(
                        "standard.go:63",
                        "pod:" + pod.name() + " has identity " + identity.name().name() + "/" + identity.namespace()
                                + " but identity is namespaced will be ignored"));
    }

    /** Before 1.6.0: goes through the assigned identities, and logs each one that does not match. */
    private static AzureIdentity oldChoice(
            IdentityChoice choice, List<AzureIdentity> assigned, IdentityRequest wanted, RequestLog log)
            throws NoTokenException {
        for (AzureIdentity identity : assigned) {
            if (wanted.isMetBy(identity)) {
                break;
            }
            // Both in full, as upstream.
            log.warning("", "clientid mismatch, requested:" + wanted.clientId() + " available:" + identity.clientId());
        }
        if (choice instanceof Chosen chosen) {
            warnOfChance(chosen, log);
            return chosen.identity();
        }
        throw new NoTokenException("azureidentity is not configured for the pod", false);
    }

    /** From 1.6.0 on; the log says what was chosen, but not by which resource ID. */
    private static AzureIdentity chosen(
            String source, Pod pod, IdentityChoice choice, IdentityRequest wanted, RequestLog log)
            throws NoIdentityException {
        String clientId = ClientIds.redacted(wanted.clientId());
        if (!(choice instanceof Chosen chosen)) {
            throw new NoIdentityException("no azure identity found for request clientID " + clientId, true);
        }
        warnOfChance(chosen, log);
        String matched = pod.name() + " has been matched with azure identity "
                + chosen.identity().name();
        if (wanted.isAny()) {
            log.info(source, "no clientID or resourceID in request. " + matched);
        } else if (!wanted.clientId().isEmpty()) {
            log.info(source, "clientID in request: " + clientId + ", " + matched);
        }
        return chosen.identity();
    }

    /** Not upstream's: there the choice just happens. */
    private static void warnOfChance(Chosen chosen, RequestLog log) {
        if (!chosen.others().isEmpty()) {
            String candidates = Stream.concat(Stream.of(chosen.identity()), chosen.others().stream())
                    .map(identity -> identity.name().toString())
                    .collect(Collectors.joining(", "));
            log.warning(
                    "podid",
                    "podid: a cluster takes one of " + candidates + " by chance, this took the first; name one by"
                            + " client_id");
        }
    }
}
