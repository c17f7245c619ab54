// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.at;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the one replay of a pod's request has shown: from label to binding, identity, MIC, NMI and Azure, as far as it
 * gets. The verdict, the words and the steps read it, and nothing is matched again for them.
 *
 * @param policy keeps the pod from NMI
 * @param bypass why NMI does not look for an identity of the pod
 * @param choice which of the pod's identities answers the request
 */
record PodIdentityTrace(
        Replay replay, Optional<NetworkPolicy> policy, Optional<Bypass> bypass, PodMatch match, IdentityChoice choice) {

    private static final String LABEL = "label";
    private static final String BINDING = "binding";
    private static final String IDENTITY = "identity";

    Pod pod() {
        return match.pod();
    }

    Outcome outcome() {
        return policy.isPresent()
                ? Outcome.NONE
                : replay.nmi() == null
                        ? Outcome.NODE
                        : bypass.isPresent() ? Outcome.BYPASS : issued().isPresent() ? Outcome.IDENTITY : Outcome.NONE;
    }

    /** The identity of which NMI gives the pod a token. */
    Optional<Chosen> issued() {
        NmiPart nmi = replay.nmi();
        return nmi != null
                        && nmi.status() == 200
                        && bypass.isEmpty()
                        && match.obstacle().isEmpty()
                ? chosen()
                : Optional.empty();
    }

    Optional<Chosen> chosen() {
        return choice instanceof Chosen chosen ? Optional.of(chosen) : Optional.empty();
    }

    /** The stations; the text report fills in what MIC and NMI do. The summary is told where the way ends. */
    List<Step> steps(String summary) {
        if (replay.nmi() == null || bypass.isPresent()) {
            Step end = Step.end(replay.nmi() == null ? "network" : Step.NMI, summary);
            return match.obstacle().isPresent() ? List.of(end) : toMic("", end);
        }
        Step nmi = Step.passed(Step.NMI, List.of());
        if (match.obstacle().isPresent()) {
            return toMic(summary, nmi);
        }
        return toMic("", nmi, answer(summary));
    }

    private List<Step> toMic(String summary, Step... more) {
        List<Step> way = toIdentity(summary);
        way.add(Step.passed(Step.MIC, List.of()));
        way.addAll(List.of(more));
        return way;
    }

    /** What the cluster's objects say, up to the identities that the pod gets. */
    private List<Step> toIdentity(String summary) {
        var way = new ArrayList<Step>();
        Optional<Obstacle> obstacle = match.obstacle();
        if (obstacle.filter(Set.of(Obstacle.NO_LABEL, Obstacle.EMPTY_LABEL, Obstacle.NO_NODE)::contains)
                .isPresent()) {
            way.add(Step.end(LABEL, summary));
            return way;
        }
        label(pod()).ifPresent(fact -> way.add(Step.passed(LABEL, fact)));
        if (obstacle.isPresent() && match.candidates().isEmpty()) {
            way.add(Step.end(BINDING, summary));
            return way;
        }
        way.add(Step.passed(
                BINDING,
                match.candidates().stream().map(PodIdentityTrace::binding).toList()));
        way.add(
                obstacle.isPresent()
                        ? Step.end(IDENTITY, summary)
                        : Step.passed(
                                IDENTITY,
                                match.identities().stream()
                                        .map(PodIdentityTrace::identity)
                                        .toList()));
        return way;
    }

    /** Who issues the token, and to whom it is asked for. */
    private Step answer(String summary) {
        if (chosen().isEmpty()) {
            return Step.end("request", summary);
        }
        AzureIdentity identity = chosen().get().identity();
        String issuer = identity.isManagedIdentity() ? "IMDS" : "Entra ID";
        return issued().isEmpty()
                ? Step.end(issuer, summary)
                : Step.passed(
                        issuer,
                        "issues a token of client ID " + identity.clientId()
                                + (identity.isManagedIdentity()
                                        ? ", for the node has it"
                                        : ", for NMI has its secret or certificate"));
    }

    /** The exception, the bindings, and the identities with their secrets. */
    Set<ObjectRef> objects() {
        var objects = new LinkedHashSet<ObjectRef>();
        bypass.map(Bypass::exception)
                .ifPresent(exception -> objects.add(new ObjectRef("AzurePodIdentityException", exception.name())));
        for (Candidate candidate : match.candidates()) {
            objects.add(
                    new ObjectRef("AzureIdentityBinding", candidate.binding().name()));
            candidate.granted().ifPresent(identity -> addIdentity(identity, objects));
        }
        return objects;
    }

    private static void addIdentity(AzureIdentity identity, Set<ObjectRef> objects) {
        SecretReference secret = identity.clientPassword();
        objects.add(new ObjectRef("AzureIdentity", identity.name()));
        objects.add(new ObjectRef("Secret", new ObjectName(secret.namespace(), secret.name())));
    }

    /** The objects that lead to the pod's identities, each with its place. */
    List<String> facts() {
        var facts = new ArrayList<String>();
        label(pod()).ifPresent(facts::add);
        for (Candidate candidate : match.candidates()) {
            facts.add(binding(candidate));
            candidate.granted().map(PodIdentityTrace::identity).ifPresent(facts::add);
        }
        return facts;
    }

    static Optional<String> label(Pod pod) {
        return pod.bindingLabel().map(label -> "the pod has the label aadpodidbinding: " + label + at(pod));
    }

    private static String binding(Candidate candidate) {
        return "binding " + candidate.binding().name() + " has that selector and names identity "
                + candidate.binding().azureIdentity() + at(candidate.binding());
    }

    private static String identity(AzureIdentity identity) {
        String type = switch (identity.type()) {
            case AzureIdentity.MANAGED_IDENTITY -> "a managed identity (type 0)";
            case AzureIdentity.SERVICE_PRINCIPAL -> "a service principal with a secret (type 1)";
            case AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE -> "a service principal with a certificate (type 2)";
            default -> "of the unknown type " + identity.type();
        };
        return "identity " + identity.name() + " is " + type + at(identity);
    }
}
