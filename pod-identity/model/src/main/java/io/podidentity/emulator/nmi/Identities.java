// SPDX-License-Identifier: Apache-2.0
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
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.nmi.NmiWords.Line;
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

        private final String reason;
        private final boolean assignmentBegan;

        NoIdentityException(String reason, boolean assignmentBegan) {
            super(reason);
            this.reason = reason;
            this.assignmentBegan = assignmentBegan;
        }

        String reason() {
            return reason;
        }

        /** Whether NMI before 1.6.0 answers with 404, as for an identity that is about to come, and not with 403. */
        boolean assignmentBegan() {
            return assignmentBegan;
        }
    }

    /**
     * Finds the identity that answers a request for a pod, maybe after a wait, which ends if the client hangs up.
     *
     * @throws NoTokenException before 1.6.0, in place of NoIdentityException, if none of the assigned ones is the right
     *     one
     * @throws InterruptedException if the server is closed meanwhile
     */
    AzureIdentity find(Pod pod, NmiRequest request) throws NoIdentityException, NoTokenException, InterruptedException {
        if (settings.profile() == Profile.MANAGED) {
            return findManaged(pod, request);
        }
        Optional<List<AzureIdentity>> already = findAssigned(pod.name(), request);
        List<AzureIdentity> assigned = already.isPresent() ? already.get() : awaitAssigned(pod.name(), request);
        if (!settings.profile().isAtLeast(1, 6, 0)) {
            return chooseBefore16(pod, assigned, request);
        }
        return chooseAssigned(pod, assigned, request);
    }

    private AzureIdentity findManaged(Pod pod, NmiRequest request) throws NoIdentityException {
        IdentityMatcher matcher = matcher();
        IdentityChoice choice = matcher.choose(
                pod, matcher.match(pod).identities(), request.wanted().identity());
        return requireChosen("managed.go:64", pod, choice, request);
    }

    private IdentityMatcher matcher() {
        return new IdentityMatcher(apiServer.cluster(), settings.rules());
    }

    private List<AzureIdentity> awaitAssigned(ObjectName pod, NmiRequest request)
            throws NoIdentityException, InterruptedException {
        try (HangUpWatch client = request.http().connection().watch().get()) {
            return awaitAssigned(pod, request, client);
        }
    }

    private List<AzureIdentity> awaitAssigned(ObjectName pod, NmiRequest request, HangUpWatch client)
            throws NoIdentityException, InterruptedException {
        try {
            return retryAssigned(pod, request);
        } catch (InterruptedException e) {
            if (client.hasHungUp()) {
                throw new NoIdentityException("context canceled", true);
            }
            throw e;
        }
    }

    private List<AzureIdentity> retryAssigned(ObjectName pod, NmiRequest request)
            throws NoIdentityException, InterruptedException {
        IdentityRequest wanted = request.wanted().identity();
        int forCreated = settings.retries().forCreated();
        int attempts = forCreated + settings.retries().forAssigned();
        for (int attempt = 1; attempt < attempts; attempt++) {
            awaitRetry(pod, attempt, request);
            Optional<List<AzureIdentity>> assigned = findAssigned(pod, request);
            if (assigned.isPresent()) {
                return assigned.get();
            }
            if (attempt >= forCreated && !isAnyMeant(findInState(State.CREATED, pod), wanted)) {
                throw new NoIdentityException(explainUnassigned(pod, wanted, "CREATED", forCreated), false);
            }
        }
        awaitRetry(pod, attempts, request);
        throw new NoIdentityException(explainUnassigned(pod, wanted, "ASSIGNED", attempts), true);
    }

    private String explainUnassigned(ObjectName pod, IdentityRequest wanted, String state, int attempts) {
        return settings.words()
                .explainUnassigned(
                        pod, wanted, state, attempts, settings.retries().interval());
    }

    private void awaitRetry(ObjectName pod, int attempt, NmiRequest request) throws InterruptedException {
        clock.await(settings.retries().interval());
        settings.words().describeAssignmentRetry(pod, attempt).ifPresent(request.log()::warning);
    }

    /** The identities that are on the node already, if what the request means is among them. */
    private Optional<List<AzureIdentity>> findAssigned(ObjectName pod, NmiRequest request) {
        IdentityRequest wanted = request.wanted().identity();
        List<AzureIdentity> stateless = findInState(State.NONE, pod);
        if (isAnyMeant(stateless, wanted)) {
            request.log().warning(NmiWords.describeStatelessAssignment(pod));
            return Optional.of(stateless);
        }
        return Optional.of(findInState(State.ASSIGNED, pod)).filter(assigned -> isAnyMeant(assigned, wanted));
    }

    private List<AzureIdentity> findInState(State state, ObjectName pod) {
        return apiServer.cluster().all(AzureAssignedIdentity.class).stream()
                .filter(assigned -> assigned.state() == state && assigned.pod().equals(pod))
                .map(AzureAssignedIdentity::identity)
                .toList();
    }

    private static boolean isAnyMeant(List<AzureIdentity> identities, IdentityRequest wanted) {
        return identities.stream().anyMatch(wanted::isMetBy);
    }

    /** Before 1.6.0 NMI goes through the assigned identities, and logs each one that does not match. */
    private AzureIdentity chooseBefore16(Pod pod, List<AzureIdentity> assigned, NmiRequest request)
            throws NoTokenException {
        IdentityRequest wanted = request.wanted().identity();
        assigned.stream()
                .takeWhile(identity -> !wanted.isMetBy(identity))
                .map(identity -> NmiWords15.describeMismatch(wanted, identity))
                .forEach(request.log()::warning);
        if (matcher().choose(pod, assigned, wanted) instanceof Chosen chosen) {
            warnOfSeveral(chosen, request);
            return chosen.identity();
        }
        throw NoTokenException.withoutRefusal("azureidentity is not configured for the pod");
    }

    private AzureIdentity chooseAssigned(Pod pod, List<AzureIdentity> assigned, NmiRequest request)
            throws NoIdentityException {
        IdentityRequest wanted = request.wanted().identity();
        IdentityChoice choice = matcher().choose(pod, assigned, wanted);
        logIgnored(pod, assigned, request);
        if (wanted.isAny() && !(choice instanceof Chosen)) {
            throw new PanicException("runtime error: index out of range [0] with length 0");
        }
        return requireChosen("standard.go:72", pod, choice, request);
    }

    private void logIgnored(Pod pod, List<AzureIdentity> assigned, NmiRequest request) {
        assigned.stream()
                .filter(identity -> settings.rules().forceNamespaced() || identity.isNamespaced())
                .filter(identity -> !identity.namespace().equals(pod.namespace()))
                .map(identity -> NmiWords16.describeIgnored(identity, pod))
                .forEach(request.log()::error);
    }

    private static AzureIdentity requireChosen(String source, Pod pod, IdentityChoice choice, NmiRequest request)
            throws NoIdentityException {
        IdentityRequest wanted = request.wanted().identity();
        if (!(choice instanceof Chosen chosen)) {
            throw new NoIdentityException(NmiWords16.explainMissingChoice(wanted), true);
        }
        warnOfSeveral(chosen, request);
        NmiWords16.describeChoice(source, pod, chosen.identity(), wanted).ifPresent(request.log()::info);
        return chosen.identity();
    }

    /** The original logs nothing here. */
    private static void warnOfSeveral(Chosen chosen, NmiRequest request) {
        if (chosen.others().isEmpty()) {
            return;
        }
        String candidates = Stream.concat(Stream.of(chosen.identity()), chosen.others().stream())
                .map(identity -> identity.name().toString())
                .collect(Collectors.joining(", "));
        request.log()
                .warning(new Line(
                        "podid",
                        "podid: a cluster takes one of " + candidates + " by chance, this took the first; name one by"
                                + " client_id"));
    }
}
