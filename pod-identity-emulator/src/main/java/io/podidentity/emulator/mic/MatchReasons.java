package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Why MIC leaves a pod or one of its bindings out, in MIC's words.
 *
 * @param match of a pod that has the label; of others MIC knows nothing
 */
public record MatchReasons(PodMatch match) {

    /** Nothing if all bindings give the pod an identity. */
    public List<String> lines() {
        return Stream.concat(
                        podReason().stream(),
                        match.candidates().stream().flatMap(candidate -> reason(candidate).stream()))
                .toList();
    }

    private Optional<String> podReason() {
        Pod pod = match.pod();
        return Optional.ofNullable(match.podObstacle()).map(obstacle -> switch (obstacle) {
            case NO_NODE -> "pod " + pod.name() + " has no assigned node yet. it will be ignored";
            case NO_BINDING ->
                "No AzureIdentityBinding found for pod " + pod.name() + " that matches selector: "
                        + pod.bindingLabel().orElse("") + ". it will be ignored";
            default ->
                "pod " + pod.name() + " doesn't contain " + Pod.BINDING_LABEL + " label field. it will be ignored";
        });
    }

    private Optional<String> reason(Candidate candidate) {
        Obstacle obstacle = candidate.obstacle();
        if (obstacle == null) {
            return Optional.empty();
        }
        String identity = candidate.binding().azureIdentity();
        return Optional.of(
                switch (obstacle) {
                    case OTHER_NAMESPACE ->
                        "identity " + candidate.binding().namespace() + "/" + identity + " was matched via binding "
                                + candidate.binding().name() + " to "
                                + match.pod().name()
                                + " but namespaced identity is enforced, so it will be ignored";
                    case NAME_COLLISION ->
                        "AzureIdentity " + identity + " exists in both " + winner(candidate) + " and "
                                + candidate.binding().namespace() + " namespace. The one in "
                                + winner(candidate) + " namespace will be used.";
                    default ->
                        identity + " identity not found when using "
                                + candidate.binding().name() + " binding";
                });
    }

    private String winner(Candidate loser) {
        return match.identities().stream()
                .filter(identity ->
                        identity.name().name().equals(loser.binding().azureIdentity()))
                .map(AzureIdentity::namespace)
                .findFirst()
                .orElse("another");
    }
}
