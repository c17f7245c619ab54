// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ClosestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pods that NMI does not see, takes for others, or answers too late. */
final class NmiRules extends RuleFamily {

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
            .remedy("Add an init container that asks until a token comes, or let the program retry for 100" + " s");
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

    /** Where NMI waits for MIC; it then logs context canceled. */
    private void clientTimeout(PodSource pod) {
        for (TokenTimeout patience : TokenTimeout.of(pod)) {
            if (context.profile().hasMic() && !patience.isEnough()) {
                clientTimeout.add(
                        patience.location(),
                        "it waits " + patience.seconds() + " s, and NMI answers after up to 100 s");
            }
        }
    }

    /** A warning for jobs, which may end by it; for pods that start again it is for information. */
    private void startupRace(PodSource pod) {
        if (!context.profile().hasMic()
                || context.match(pod).identities().isEmpty()
                || waits(pod)
                || TokenTimeout.of(pod).stream().anyMatch(TokenTimeout::isEnough)) {
            return;
        }
        boolean ends = ENDING.contains(pod.kind());
        startupRace.add(
                ends ? Severity.WARNING : Severity.INFO,
                pod.label(Pod.BINDING_LABEL),
                "the pod can start before MIC has assigned its identity, which takes up to a minute on a new node"
                        + (ends ? ", and a " + pod.kind() + " that fails is over" : ""),
                startupRace.remedy());
    }

    private static boolean waits(PodSource pod) {
        return pod.spec("initContainers").texts().stream()
                .anyMatch(text -> text.text().contains("/metadata/identity")
                        || text.text().contains("wait"));
    }

    /** NMI then asks the metadata service for it, and the pod gets the node's identity. */
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

    /** Only where the files tell so: no labels, pods in another namespace, or a key in another letter case. */
    private void exceptionNeverMatches(AzurePodIdentityException exception) {
        FieldLocation labels = context.field(exception, "podLabels");
        if (exception.podLabels().isEmpty() && !labels.exists()) {
            exceptionNeverMatches.add(labels, "the exception has no labels, so it matches no pod");
        }
        boolean matches = context.pods().stream()
                .anyMatch(pod -> pod.namespace().equals(exception.namespace()) && has(pod, exception.podLabels()));
        if (!matches) {
            exception.podLabels().keySet().forEach(key -> neverMatches(exception, labels.at(key)));
        }
    }

    private static boolean has(PodSource pod, Map<String, String> labels) {
        return labels.entrySet().stream()
                .anyMatch(label ->
                        label.getValue().equalsIgnoreCase(pod.pod().labels().get(label.getKey())));
    }

    private void neverMatches(AzurePodIdentityException exception, FieldLocation label) {
        for (PodSource pod : context.pods()) {
            boolean here = pod.namespace().equals(exception.namespace());
            String key = label.key();
            if (!here && has(pod, Map.of(key, label.text()))) {
                exceptionNeverMatches.add(
                        label,
                        "pod " + pod.pod().name()
                                + " has this label, but an exception counts in its own namespace only",
                        "Write: namespace: " + pod.namespace());
                return;
            }
            Optional<String> near = ClosestMatch.of(key, pod.pod().labels().keySet());
            if (here
                    && near.isPresent()
                    && label.text().equalsIgnoreCase(pod.pod().labels().get(near.get()))) {
                exceptionNeverMatches.add(
                        label,
                        "no pod has the label " + key + ", but pod " + pod.pod().name() + " has " + near.get(),
                        "Write: " + near.get() + ": " + label.text());
                return;
            }
        }
    }

    /** In MIC's namespace, which is default; the pod gets any identity of the node. */
    private void takenForMic(PodSource pod) {
        boolean taken = context.matcher()
                .bypass(pod.pod())
                .filter(bypass -> bypass.exception() == null)
                .isPresent();
        if (taken && !isMic(pod)) {
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

    /** How long a program waits for its token, and where it says so. */
    private record TokenTimeout(FieldLocation location, long seconds) {

        private static final long ENOUGH_SECONDS = 100;
        private static final Set<String> VARIABLES =
                Set.of("TOKEN_PROVIDER_DEADLINE", "TOKEN_PROVIDER_DEADLINE_SECONDS");
        private static final Pattern DURATION = Pattern.compile("(?i)(?:pt)?(\\d+)(ms|s|m|h)?");
        private static final Pattern CURL =
                Pattern.compile("\\b(?:curl\\b.*?\\s(?:-m|--max-time)|wget\\b.*?\\s(?:-T|--timeout))[ =]?(\\d+)");

        static List<TokenTimeout> of(PodSource pod) {
            var found = new ArrayList<TokenTimeout>();
            for (String name : VARIABLES) {
                for (FieldLocation variable : pod.variables(name)) {
                    Matcher duration = DURATION.matcher(variable.at("value").text());
                    if (duration.matches()) {
                        found.add(new TokenTimeout(variable.at("value"), seconds(duration)));
                    }
                }
            }
            for (MetadataCall call : MetadataCall.of(pod)) {
                Matcher curl = CURL.matcher(call.command());
                if (curl.find() && !call.command().contains("--retry") && !call.isRepeated()) {
                    found.add(new TokenTimeout(call.location(), Long.parseLong(curl.group(1))));
                }
            }
            return found;
        }

        private static long seconds(Matcher duration) {
            long number = Long.parseLong(duration.group(1));
            String unit = String.valueOf(duration.group(2)).toLowerCase(Locale.ROOT);
            return switch (unit) {
                case "ms" -> number / 1000;
                case "m" -> number * 60;
                case "h" -> number * 3600;
                default -> number;
            };
        }

        boolean isEnough() {
            return seconds >= ENOUGH_SECONDS;
        }
    }
}
