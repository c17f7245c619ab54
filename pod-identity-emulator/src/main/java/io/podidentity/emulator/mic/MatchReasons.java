package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.PodMatch;
import java.util.Optional;

/**
 * Says why MIC leaves a pod or one of its bindings out, in MIC's words. That the pod is in another namespace than a
 * namespaced identity is more than MIC says by default.
 */
record MatchReasons(MicLog log) {

    /** Says nothing if all bindings give the pod an identity. */
    void log(PodMatch match) {
        Pod pod = match.pod();
        Optional.ofNullable(match.podObstacle()).ifPresent(obstacle -> {
            switch (obstacle) {
                case NO_NODE ->
                    log.reason("mic.go:587", "pod " + pod.name() + " has no assigned node yet. it will be ignored");
                case NO_BINDING ->
                    log.reason(
                            "mic.go:608",
                            "No AzureIdentityBinding found for pod " + pod.name() + " that matches selector: "
                                    + pod.bindingLabel().orElse("") + ". it will be ignored");
                default ->
                    log.reason(
                            "mic.go:594",
                            "pod " + pod.name() + " doesn't contain " + Pod.BINDING_LABEL
                                    + " label field. it will be ignored");
            }
        });
        match.candidates().forEach(candidate -> log(match, candidate));
    }

    private void log(PodMatch match, Candidate candidate) {
        if (candidate.obstacle() == null) {
            return;
        }
        String identity = candidate.binding().azureIdentity();
        switch (candidate.obstacle()) {
            case OTHER_NAMESPACE -> {}
            case NAME_COLLISION ->
                log.warning(
                        "mic.go:638",
                        "AzureIdentity " + identity + " exists in both " + winner(match, candidate) + " and "
                                + candidate.binding().namespace()
                                + " namespace. Considering renaming it or enabling Namespace mode"
                                + " (https://azure.github.io/aad-pod-identity/docs/configure/match_pods_in_namespace)");
            default ->
                log.reason(
                        "mic.go:648",
                        identity + " identity not found when using "
                                + candidate.binding().name() + " binding");
        }
    }

    private static String winner(PodMatch match, Candidate loser) {
        return match.identities().stream()
                .filter(identity ->
                        identity.name().name().equals(loser.binding().azureIdentity()))
                .map(AzureIdentity::namespace)
                .findFirst()
                .orElse("another");
    }
}
