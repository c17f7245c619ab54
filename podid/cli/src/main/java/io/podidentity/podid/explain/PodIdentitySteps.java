// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.Obstacle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The way of a pod's token request in a cluster with NMI: label, binding, identity, MIC, NMI, and who issues the token.
 * The steps of MIC and NMI have no facts: {@link TextReport} takes what both did from the replay.
 */
final class PodIdentitySteps {

    private static final Set<Obstacle> OF_THE_POD = Set.of(Obstacle.NO_LABEL, Obstacle.EMPTY_LABEL, Obstacle.NO_NODE);

    private final PodIdentityTrace trace;
    private final String summary;
    private final List<Step> steps = new ArrayList<>();

    private PodIdentitySteps(PodIdentityTrace trace, String summary) {
        this.trace = trace;
        this.summary = summary;
    }

    /**
     * The steps up to the token, or to where there is none.
     *
     * @param summary the verdict, which the step tells at which the way ends
     */
    static List<Step> list(PodIdentityTrace trace, String summary) {
        var steps = new PodIdentitySteps(trace, summary);
        steps.addSteps();
        return List.copyOf(steps.steps);
    }

    private void addSteps() {
        Optional<Step> endWithoutIdentity = endWithoutIdentity();
        Optional<Obstacle> obstacle = trace.match().obstacle();
        if (obstacle.isPresent()) {
            // Where NMI looks for no identity, it does not matter that there is none.
            endWithoutIdentity.ifPresentOrElse(steps::add, () -> addWayTo(obstacle.get()));
            return;
        }
        addObjects();
        steps.add(Step.passed(Station.MIC, List.of()));
        endWithoutIdentity.ifPresentOrElse(steps::add, this::addNmiAndIssuer);
    }

    /** The end of a request that NMI never sees, or passes on to the node's metadata service. */
    private Optional<Step> endWithoutIdentity() {
        if (trace.nmi().isEmpty()) {
            return Optional.of(Step.end(Station.NETWORK, summary));
        }
        return trace.bypass().map(bypass -> Step.end(Station.NMI, summary));
    }

    private void addObjects() {
        addLabel();
        addBindings();
        steps.add(Step.passed(
                Station.IDENTITY,
                trace.match().identities().stream()
                        .map(PodIdentityTrace::describeIdentity)
                        .toList()));
    }

    /** MIC and NMI run behind an obstacle, too: what both log there shows that neither has found an identity. */
    private void addWayTo(Obstacle obstacle) {
        addObjectsUpTo(obstacle);
        steps.add(Step.passed(Station.MIC, List.of()));
        steps.add(Step.passed(Station.NMI, List.of()));
    }

    private void addObjectsUpTo(Obstacle obstacle) {
        if (OF_THE_POD.contains(obstacle)) {
            steps.add(Step.end(Station.LABEL, summary));
            return;
        }
        addLabel();
        if (trace.match().candidates().isEmpty()) {
            steps.add(Step.end(Station.BINDING, summary));
            return;
        }
        addBindings();
        steps.add(Step.end(Station.IDENTITY, summary));
    }

    private void addLabel() {
        trace.describeLabel().ifPresent(fact -> steps.add(Step.passed(Station.LABEL, fact)));
    }

    private void addBindings() {
        steps.add(Step.passed(
                Station.BINDING,
                trace.match().candidates().stream()
                        .map(PodIdentityTrace::describeBinding)
                        .toList()));
    }

    private void addNmiAndIssuer() {
        steps.add(Step.passed(Station.NMI, List.of()));
        steps.add(answer());
    }

    /** Who issues the token of the chosen identity, or refuses to; the request itself, if it names no such identity. */
    private Step answer() {
        Optional<AzureIdentity> identity = trace.chosen().map(Chosen::identity);
        if (identity.isEmpty()) {
            return Step.end(Station.REQUEST, summary);
        }
        boolean isManaged = identity.get().isManagedIdentity();
        Station issuer = isManaged ? Station.IMDS : Station.ENTRA_ID;
        if (trace.issued().isEmpty()) {
            return Step.end(issuer, summary);
        }
        String reason = isManaged ? ", for the node has it" : ", for NMI has its secret or certificate";
        return Step.passed(
                issuer, "issues a token of client ID " + identity.get().clientId() + reason);
    }
}
