// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Pods that NMI does not see, takes for others, or answers too late. */
final class NmiRules extends RuleFamily {

    /** The kinds whose pods end, and may not be started again after a failure. */
    private static final Set<String> ENDING = Set.of("Job", "CronJob");

    private final Report hostNetwork = error("C10", "host-network", "aad-pod-identity#338")
            .says("A pod with the label uses the node's network")
            .remedy("Remove hostNetwork: true from the pod");
    private final Report clientTimeout = warning(
                    "C11", "client-timeout", "aad-pod-identity#770", "aad-pod-identity#773", "aad-pod-identity#414")
            .says("A program gives up before NMI answers")
            .remedy("Allow 110 s: NMI waits up to 100 s for MIC before it says no");
    private final Report startupRace = warning(
                    "C11",
                    "startup-race",
                    "aad-pod-identity#738",
                    "aad-pod-identity#770",
                    "aad-pod-identity#678",
                    "aad-pod-identity#279")
            .says("A pod may ask for its token before MIC has assigned the identity")
            .remedy("Add an init container that asks until a token comes, or let the program retry for 100 s");
    private final Report exceptionCoversPod = error("C13", "exception-covers-pod", "aad-pod-identity#610")
            .says("An exception covers a pod that has the label")
            .remedy("Remove the label from the pod, or the pod's labels from the exception");
    private final Report exceptionNeverMatches = warning(
                    "C13", "exception-never-matches", "aad-pod-identity#610", "aad-pod-identity#799")
            .says("An exception matches no pod")
            .remedy("Write labels that the pods have, in the namespace of the pods");
    private final Report takenForMic = error("C13", "taken-for-mic", "aad-pod-identity#610")
            .says("NMI takes the pod for MIC, since its name begins with mic")
            .remedy("Give the workload another name, or set NMI's flag --MICNamespace to the namespace in"
                    + " which MIC runs");

    NmiRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (PodSource pod : context.labelledPods()) {
            hostNetwork(pod);
            clientTimeout(pod);
            startupRace(pod);
            exceptionCoversPod(pod);
        }
        for (AzurePodIdentityException exception : context.cluster().exceptions()) {
            exceptionNeverMatches(exception);
        }
        for (PodSource pod : context.nmiPods()) {
            takenForMic(pod);
        }
    }

    /** NMI does not see such a pod: the real metadata service answers, with all identities of the node. */
    private void hostNetwork(PodSource pod) {
        if (!Replay.reachesNmi(pod.pod(), context.rules())) {
            hostNetwork.add(
                    pod.spec("hostNetwork"),
                    "the pod uses the node's network, so NMI never sees its requests, and every identity of the"
                            + " node answers");
        }
    }

    /** NMI waits for MIC before it answers; if the program has gone by then, NMI logs context canceled. */
    private void clientTimeout(PodSource pod) {
        if (!context.profile().hasMic()) {
            return;
        }
        for (TokenTimeout timeout : TokenTimeout.findAll(pod)) {
            if (!timeout.isEnough()) {
                clientTimeout.add(
                        timeout.location(), "it waits " + timeout.seconds() + " s, and NMI answers after up to 100 s");
            }
        }
    }

    /** A job may fail by this and not be tried again, so there it is a warning; pods that start again recover. */
    private void startupRace(PodSource pod) {
        boolean isAssigned =
                context.profile().hasMic() && !context.match(pod).identities().isEmpty();
        boolean isPatient = hasWaitingInitContainer(pod)
                || TokenTimeout.findAll(pod).stream().anyMatch(TokenTimeout::isEnough);
        if (!isAssigned || isPatient) {
            return;
        }
        FieldLocation label = pod.label(Pod.BINDING_LABEL);
        String message =
                "the pod can start before MIC has assigned its identity, which takes up to a minute on a new node";
        if (ENDING.contains(pod.kind())) {
            startupRace.add(label, message + ", and a " + pod.kind() + " that fails is over");
        } else {
            startupRace.add(Severity.INFO, label, message, startupRace.remedy());
        }
    }

    private static boolean hasWaitingInitContainer(PodSource pod) {
        // A guess by the words of such containers, in favour of the pod: they ask the metadata service, or wait for
        // something.
        return pod.spec("initContainers").texts().stream()
                .anyMatch(text -> text.text().contains("/metadata/identity")
                        || text.text().contains("wait"));
    }

    /** NMI passes the requests of such a pod to the metadata service, and the pod gets the node's identity. */
    private void exceptionCoversPod(PodSource pod) {
        context.matcher()
                .bypass(pod.pod())
                .map(Bypass::exception)
                .ifPresent(exception -> exceptionCoversPod.add(
                        pod.label(Pod.BINDING_LABEL),
                        "exception " + exception.name() + " ("
                                + exception.metadata().position()
                                + ") covers the pod, so it gets the node's identity and not the bound one"));
    }

    /**
     * An exception is reported only if the files tell why: no labels, pods in another namespace, or a key with a typo.
     */
    private void exceptionNeverMatches(AzurePodIdentityException exception) {
        FieldLocation labels = context.field(exception, "podLabels");
        if (exception.podLabels().isEmpty() && !labels.exists()) {
            exceptionNeverMatches.add(labels, "the exception has no labels, so it matches no pod");
        }
        boolean matches = context.pods().stream()
                .filter(pod -> pod.namespace().equals(exception.namespace()))
                .anyMatch(pod -> hasLabelOf(pod, exception));
        if (!matches) {
            exception.podLabels().keySet().forEach(key -> reportFirstNearMiss(exception, labels.at(key)));
        }
    }

    private static boolean hasLabelOf(PodSource pod, AzurePodIdentityException exception) {
        return exception.podLabels().entrySet().stream()
                .anyMatch(label -> hasLabel(pod, label.getKey(), label.getValue()));
    }

    /** NMI compares the values of an exception in any letter case. */
    private static boolean hasLabel(PodSource pod, String key, String value) {
        return value.equalsIgnoreCase(pod.pod().labels().get(key));
    }

    /** Reports the first pod that the exception may be meant for, and no other: one is enough to see the mistake. */
    private void reportFirstNearMiss(AzurePodIdentityException exception, FieldLocation label) {
        for (PodSource pod : context.pods()) {
            boolean isHere = pod.namespace().equals(exception.namespace());
            boolean isReported = isHere ? reportNearKey(pod, label) : reportOtherNamespace(pod, label);
            if (isReported) {
                return;
            }
        }
    }

    /** Reports a pod that has the label in another namespace; returns false if the pod does not have it. */
    private boolean reportOtherNamespace(PodSource pod, FieldLocation label) {
        if (!hasLabel(pod, label.key(), label.text())) {
            return false;
        }
        exceptionNeverMatches.add(
                label,
                "pod " + pod.pod().name() + " has this label, but an exception counts in its own namespace only",
                "Write: namespace: " + pod.namespace());
        return true;
    }

    /** Reports a pod that has the value under a key that is nearly the same; returns false if it has none. */
    private boolean reportNearKey(PodSource pod, FieldLocation label) {
        Optional<String> near = ClosestMatch.of(label.key(), pod.pod().labels().keySet())
                .filter(key -> hasLabel(pod, key, label.text()));
        if (near.isEmpty()) {
            return false;
        }
        exceptionNeverMatches.add(
                label,
                "no pod has the label " + label.key() + ", but pod " + pod.pod().name() + " has " + near.get(),
                "Write: " + near.get() + ": " + label.text());
        return true;
    }

    /** NMI knows MIC by its name and namespace, which is default, and passes its requests to the metadata service. */
    private void takenForMic(PodSource pod) {
        // NMI takes the pod for MIC, and no exception covers the pod.
        boolean isTakenForMic = context.matcher()
                .bypass(pod.pod())
                .filter(bypass -> bypass.exception() == null)
                .isPresent();
        if (isTakenForMic && !isMic(pod)) {
            takenForMic.add(
                    pod.manifest().at("metadata", "name"),
                    "the name of its ReplicaSet begins with mic, so NMI passes its requests to the node's metadata"
                            + " service");
        }
    }

    private static boolean isMic(PodSource pod) {
        return pod.containers().stream()
                .anyMatch(container -> container.at("image").text().matches("(.*/)?mic(:.*|@.*)?"));
    }

    /** How long a program waits for its token, and the field that says so. */
    private record TokenTimeout(FieldLocation location, long seconds) {

        /** The longest that NMI takes. The remedy names ten seconds more, for the way to NMI and back. */
        private static final long ENOUGH_SECONDS = 100;

        private static final Set<String> VARIABLES =
                Set.of("TOKEN_PROVIDER_DEADLINE", "TOKEN_PROVIDER_DEADLINE_SECONDS");
        // Eighteen digits fit into a long, and are longer than anybody waits.
        private static final Pattern DURATION = Pattern.compile("(?i)(?:pt)?(\\d{1,18})(ms|s|m|h)?");
        private static final Map<String, TimeUnit> UNITS =
                Map.of("ms", TimeUnit.MILLISECONDS, "s", TimeUnit.SECONDS, "m", TimeUnit.MINUTES, "h", TimeUnit.HOURS);
        private static final Pattern CURL =
                Pattern.compile("\\b(?:curl\\b.*?\\s(?:-m|--max-time)|wget\\b.*?\\s(?:-T|--timeout))[ =]?(\\d{1,18})");

        static List<TokenTimeout> findAll(PodSource pod) {
            Stream<TokenTimeout> ofLibrary = VARIABLES.stream()
                    .flatMap(name -> pod.variables(name).stream())
                    .map(variable -> variable.at("value"))
                    .flatMap(value -> parseVariable(value).stream());
            Stream<TokenTimeout> ofScripts =
                    MetadataCall.findInPod(pod).stream().flatMap(call -> parseOption(call).stream());
            return Stream.concat(ofLibrary, ofScripts).toList();
        }

        private static Optional<TokenTimeout> parseVariable(FieldLocation value) {
            Matcher duration = DURATION.matcher(value.text());
            if (!duration.matches()) {
                return Optional.empty();
            }
            long number = Long.parseLong(duration.group(1));
            String unit = Objects.requireNonNullElse(duration.group(2), "s").toLowerCase(Locale.ROOT);
            long seconds = UNITS.getOrDefault(unit, TimeUnit.SECONDS).toSeconds(number);
            return Optional.of(new TokenTimeout(value, seconds));
        }

        /** A call that a loop or curl itself repeats waits longer than its option says. */
        private static Optional<TokenTimeout> parseOption(MetadataCall call) {
            Matcher option = CURL.matcher(call.command());
            boolean isRepeated = call.isRepeated() || call.command().contains("--retry");
            if (isRepeated || !option.find()) {
                return Optional.empty();
            }
            return Optional.of(new TokenTimeout(call.location(), Long.parseLong(option.group(1))));
        }

        boolean isEnough() {
            return seconds >= ENOUGH_SECONDS;
        }
    }
}
