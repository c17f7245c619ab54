package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A pod's way to a token: from label to binding, identity, MIC, NMI and Azure, as far as it gets. */
final class PodIdentityTrace {

    private static final String LABEL = "label";
    private static final String BINDING = "binding";
    private static final String IDENTITY = "identity";

    private PodIdentityTrace() {}

    /** What the cluster's objects say, up to the identities that the pod gets; the summary where that ends. */
    private static List<Step> toIdentity(PodMatch match, String summary) {
        var way = new ArrayList<Step>();
        Optional<Obstacle> obstacle = match.obstacle();
        if (obstacle.filter(PodIdentityTrace::isOfPod).isPresent()) {
            way.add(Step.end(LABEL, summary));
            return way;
        }
        label(match.pod()).ifPresent(fact -> way.add(Step.passed(LABEL, fact)));
        if (obstacle.isPresent() && match.candidates().isEmpty()) {
            way.add(Step.end(BINDING, summary));
            return way;
        }
        way.add(Step.passed(
                BINDING,
                match.candidates().stream().map(PodIdentityTrace::binding).toList()));
        if (obstacle.isPresent()) {
            way.add(Step.end(IDENTITY, summary));
            return way;
        }
        way.add(Step.passed(
                IDENTITY,
                match.identities().stream().map(PodIdentityTrace::identity).toList()));
        return way;
    }

    /** As above, and on to NMI; the text report fills in what MIC and NMI do. */
    static List<Step> toNmi(PodMatch match, String summary) {
        return beforeNmi(match, summary, Step.passed(Step.NMI, List.of()));
    }

    static List<Step> beforeNmi(PodMatch match, Step end) {
        return beforeNmi(match, "", end);
    }

    private static List<Step> beforeNmi(PodMatch match, String summary, Step last) {
        return plus(plus(toIdentity(match, summary), Step.passed(Step.MIC, List.of())), last);
    }

    static List<Step> plus(List<Step> way, Step last) {
        return Stream.concat(way.stream(), Stream.of(last)).toList();
    }

    private static boolean isOfPod(Obstacle obstacle) {
        return obstacle == Obstacle.NO_LABEL || obstacle == Obstacle.EMPTY_LABEL || obstacle == Obstacle.NO_NODE;
    }

    static Optional<String> label(Pod pod) {
        return pod.bindingLabel().map(label -> "the pod has the label aadpodidbinding: " + label + at(pod));
    }

    static String binding(Candidate candidate) {
        return "binding " + candidate.binding().name() + " has that selector and names identity "
                + candidate.binding().azureIdentity() + at(candidate.binding());
    }

    static String identity(AzureIdentity identity) {
        return "identity " + identity.name() + " is " + IdentityTypes.describe(identity) + at(identity);
    }

    /** Who issues the token, and to whom it is asked for. */
    static Step issued(AzureIdentity identity) {
        return identity.isManagedIdentity()
                ? Step.passed("IMDS", "issues a token of client ID " + identity.clientId() + ", for the node has it")
                : Step.passed(
                        "Entra ID",
                        "issues a token of client ID " + identity.clientId() + ", for NMI has its secret or"
                                + " certificate");
    }

    static Step refused(AzureIdentity identity, String summary) {
        return Step.end(identity.isManagedIdentity() ? "IMDS" : "Entra ID", summary);
    }
}
