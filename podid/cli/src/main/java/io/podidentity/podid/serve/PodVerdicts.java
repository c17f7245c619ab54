// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.replay.WorkloadReplay;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.explain.Explainer;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What each pod gets, in a line: a token of which identity, or why it gets none. Immutable.
 *
 * @param byPod the lines, by the pod's namespace and name
 */
record PodVerdicts(Map<String, String> byPod) {

    PodVerdicts {
        byPod = Collections.unmodifiableMap(new LinkedHashMap<>(byPod));
    }

    /**
     * Replays what each pod would ask.
     *
     * @param trusted the service accounts that identities trust; empty if each is trusted by the one that it names
     */
    static PodVerdicts replay(Manifests manifests, MatchRules rules, Optional<List<Trusted>> trusted) {
        var explainer = new Explainer(manifests, rules, Instant.EPOCH);
        Optional<WorkloadReplay> exchange = trusted.filter(credentials -> rules.profile() == Profile.WORKLOAD_IDENTITY)
                .map(credentials -> exchange(manifests.cluster(), credentials));
        var verdicts = new LinkedHashMap<String, String>();
        for (Pod pod : manifests.cluster().pods()) {
            String verdict =
                    exchange.flatMap(entra -> describeRefusal(entra, pod)).orElseGet(() -> explainer.summarize(pod));
            verdicts.put(pod.name().toString(), verdict);
        }
        return new PodVerdicts(verdicts);
    }

    /** The same Entra ID as the one that answers, with the same credentials. */
    private static WorkloadReplay exchange(Cluster cluster, List<Trusted> credentials) {
        List<String> existing = Stream.concat(
                        credentials.stream().map(Trusted::clientId),
                        cluster.all(ServiceAccount.class).stream().flatMap(PodVerdicts::clientId))
                .distinct()
                .toList();
        return new WorkloadReplay(cluster, existing, WorkloadReplay.tenants(cluster), credentials);
    }

    private static Stream<String> clientId(ServiceAccount account) {
        return Stream.ofNullable(account.metadata().annotations().get(Keys.CLIENT_ID));
    }

    /** Says that Entra ID refuses the pod's token; empty if it does not. */
    private static Optional<String> describeRefusal(WorkloadReplay entra, Pod pod) {
        String usesBinding = pod.metadata().annotations().get(Keys.USE_IDENTITY_BINDING);
        // The identity binding exchanges the token of such a pod, by no credential of these.
        if ("true".equalsIgnoreCase(usesBinding)) {
            return Optional.empty();
        }
        String outcome = entra.play(pod, "").text();
        if (!outcome.startsWith(WorkloadReplay.REFUSED)) {
            return Optional.empty();
        }
        return Optional.of(pod.name() + " gets no token: " + outcome);
    }

    List<String> lines() {
        return List.copyOf(byPod.values());
    }

    /** The lines of pods that are new, or get something else than before. */
    List<String> linesChangedSince(PodVerdicts before) {
        return byPod.entrySet().stream()
                .filter(pod -> !pod.getValue().equals(before.byPod.get(pod.getKey())))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The pods that were there before and are not any more. */
    List<String> podsGoneSince(PodVerdicts before) {
        return before.byPod.keySet().stream()
                .filter(pod -> !byPod.containsKey(pod))
                .toList();
    }
}
