// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.placeOf;

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
 * What one token request of a pod has shown in a cluster with NMI: what MIC and NMI did, and which objects decided.
 *
 * <p>The outcome, {@link PodIdentityAdvice} and {@link PodIdentitySteps} all read the same trace, so they agree.
 * Nothing is matched a second time for them. Immutable.
 *
 * @param replay what MIC and NMI did with the request
 * @param blockingPolicy the network policy that keeps the pod from NMI
 * @param bypass why NMI passes the request on to the node's metadata service, without looking for an identity
 * @param match the bindings of the pod's label, and the identities that they give the pod
 * @param choice which of these identities answers the request
 */
record PodIdentityTrace(
        Replay replay,
        Optional<NetworkPolicy> blockingPolicy,
        Optional<Bypass> bypass,
        PodMatch match,
        IdentityChoice choice) {

    Pod pod() {
        return match.pod();
    }

    /** What NMI did; empty if a network policy or the node's network keeps the request from NMI. */
    Optional<NmiPart> nmi() {
        return Optional.ofNullable(replay.nmi());
    }

    Outcome outcome() {
        if (blockingPolicy.isPresent()) {
            return Outcome.NONE;
        }
        // No policy, and yet NMI sees nothing: the iptables rule of NMI does not apply to pods on the node's network.
        if (nmi().isEmpty()) {
            return Outcome.NODE;
        }
        if (bypass.isPresent()) {
            return Outcome.BYPASS;
        }
        return issued().isPresent() ? Outcome.IDENTITY : Outcome.NONE;
    }

    /** The identity of which NMI gives the pod a token. */
    Optional<Chosen> issued() {
        boolean isIdentityLookedUp = bypass.isEmpty() && match.obstacle().isEmpty();
        boolean isAnsweredWithToken = nmi().filter(nmi -> nmi.status() == 200).isPresent();
        if (isIdentityLookedUp && isAnsweredWithToken) {
            return chosen();
        }
        return Optional.empty();
    }

    /** The identity of which NMI asks for a token, whether Azure issues that token or not. */
    Optional<Chosen> chosen() {
        return choice instanceof Chosen chosen ? Optional.of(chosen) : Optional.empty();
    }

    /** The objects that decide on the token: an exception, the bindings, and the identities with their secrets. */
    Set<ObjectRef> objects() {
        var objects = new LinkedHashSet<ObjectRef>();
        bypass.map(Bypass::exception)
                .map(exception -> new ObjectRef("AzurePodIdentityException", exception.name()))
                .ifPresent(objects::add);
        for (Candidate candidate : match.candidates()) {
            objects.add(
                    new ObjectRef("AzureIdentityBinding", candidate.binding().name()));
            candidate.granted().map(PodIdentityTrace::objectsOf).ifPresent(objects::addAll);
        }
        return objects;
    }

    /** The identity, and the Secret that its credential is in; a managed identity has none, and names no Secret. */
    static List<ObjectRef> objectsOf(AzureIdentity identity) {
        SecretReference secret = identity.clientPassword();
        return List.of(
                new ObjectRef("AzureIdentity", identity.name()),
                new ObjectRef("Secret", new ObjectName(secret.namespace(), secret.name())));
    }

    /** The objects that lead to the pod's identities, as sentences, each with its place. */
    List<String> facts() {
        var facts = new ArrayList<String>();
        describeLabel().ifPresent(facts::add);
        for (Candidate candidate : match.candidates()) {
            facts.add(describeBinding(candidate));
            candidate.granted().map(PodIdentityTrace::describeIdentity).ifPresent(facts::add);
        }
        return facts;
    }

    Optional<String> describeLabel() {
        return pod().bindingLabel().map(label -> "the pod has the label aadpodidbinding: " + label + placeOf(pod()));
    }

    static String describeBinding(Candidate candidate) {
        return "binding " + candidate.binding().name() + " has that selector and names identity "
                + candidate.binding().azureIdentity() + placeOf(candidate.binding());
    }

    static String describeIdentity(AzureIdentity identity) {
        String type = switch (identity.type()) {
            case AzureIdentity.MANAGED_IDENTITY -> "a managed identity (type 0)";
            case AzureIdentity.SERVICE_PRINCIPAL -> "a service principal with a secret (type 1)";
            case AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE -> "a service principal with a certificate (type 2)";
            default -> "of the unknown type " + identity.type();
        };
        return "identity " + identity.name() + " is " + type + placeOf(identity);
    }
}
