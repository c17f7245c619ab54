// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.replay.WorkloadReplay;
import io.podidentity.emulator.replay.WorkloadReplay.Result;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.explain.Explainer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Plays each pod's token request again, with the changed files and an Azure that trusts what {@code azure.sh} creates,
 * and nothing else. Finds why the changed files may not be written. Not thread-safe.
 */
final class Proof {

    /** A pod that names no client ID gets the token of the client that its service account names. */
    private static final String NO_CLIENT_ID = "";

    private final MovePlan plan;
    private final Optional<RuleContext> after;
    private final String place;

    /**
     * @param after what the changed files say; absent if they cannot be read
     * @param place such as " (overlays/prod)"; empty where there is only one environment
     */
    Proof(MovePlan plan, Optional<Manifests> after, String place) {
        this.plan = plan;
        this.after =
                after.map(manifests -> new RuleContext(manifests, plan.context().rules(), AzureFacts.NONE));
        this.place = place;
    }

    /** Plays the request of each moved pod, once for its own identity and once for each other one that it names. */
    List<PodOutcome> replayRequests() {
        Cluster cluster = after.map(RuleContext::cluster).orElse(Cluster.EMPTY);
        List<Trusted> trusted = plan.federations().stream().map(Proof::trust).toList();
        List<String> clientIds = plan.moves().stream()
                .flatMap(move -> move.identities().stream())
                .map(MovedIdentity::clientId)
                .distinct()
                .toList();
        // One replay plays all requests, since each new one makes an RSA key.
        var replay = new WorkloadReplay(
                cluster, clientIds, WorkloadReplay.tenants(plan.context().cluster()), trusted);
        return plan.moves().stream()
                .map(move -> replayRequests(move, cluster, replay))
                .toList();
    }

    private static Trusted trust(Federation federation) {
        return new Trusted(federation.identity().clientId(), federation.subject(), WebhookSettings.AUDIENCE);
    }

    private PodOutcome replayRequests(PodMove move, Cluster cluster, WorkloadReplay replay) {
        Optional<Pod> pod = cluster.pod(move.source().pod().name());
        if (pod.isEmpty()) {
            var missing = new Result("", "", "it is not among the changed files");
            return new PodOutcome(move, missing, List.of(), List.of(), place);
        }
        List<String> refused = move.identities().stream()
                .skip(1)
                .map(MovedIdentity::clientId)
                .filter(clientId -> !replay.play(pod.get(), clientId).isToken())
                .toList();
        var outcome = new PodOutcome(move, replay.play(pod.get(), NO_CLIENT_ID), refused, List.of(), place);
        return outcome.isLost() ? outcome.withRemedies(findRemedies(outcome, pod.get())) : outcome;
    }

    private List<String> findRemedies(PodOutcome outcome, Pod pod) {
        return after.stream()
                .flatMap(context -> explain(context, pod).stream())
                .map(remedy -> outcome.describePod() + ": " + remedy)
                .toList();
    }

    /** What {@code podid explain} would tell the user to do. */
    private static List<String> explain(RuleContext context, Pod pod) {
        var explainer = new Explainer(context.manifests(), MatchRules.of(Profile.WORKLOAD_IDENTITY), Instant.EPOCH);
        return explainer.explain(pod, Explainer.DEFAULT_QUERY).remedies();
    }

    /**
     * Why nothing may be written.
     *
     * @param removed the objects of pod identity that the plan's cluster does not need any more
     */
    List<String> findObstacles(List<KubernetesObject> removed) {
        var obstacles = new ArrayList<String>(findAmbiguousIdentities());
        if (after.isPresent()) {
            obstacles.addAll(findPodsWithIdentityOfOthers(after.get().cluster()));
            obstacles.addAll(findObjectsTakenFromOthers(removed, after.get().manifests()));
            obstacles.addAll(new NmiClients(plan, after.get(), place).findObstacles());
        }
        return obstacles;
    }

    /** What must be done before NMI goes, though the files may be written. */
    List<String> findPending() {
        return after.map(context -> new NmiClients(plan, context, place).findPending())
                .orElse(List.of());
    }

    /** Pods that would get an identity which they did not have, since a moved pod shares their service account. */
    private List<String> findPodsWithIdentityOfOthers(Cluster cluster) {
        var found = new ArrayList<String>();
        for (Pod pod : cluster.pods()) {
            Optional<String> clientId = findClientId(cluster, pod);
            if (clientId.isPresent() && !isOwn(pod, clientId.get())) {
                found.add("Pod " + pod.name() + place + " would get the identity of others, client ID "
                        + clientId.get() + ", by its service account " + Webhook.serviceAccount(pod)
                        + ". Give it an account or an identity of its own");
            }
        }
        return found;
    }

    /** Whether the pod asked for the client through its service account before, or is moved to it. */
    private boolean isOwn(Pod pod, String clientId) {
        boolean hadIt = findClientId(plan.context().cluster(), pod)
                .filter(clientId::equalsIgnoreCase)
                .isPresent();
        return hadIt
                || plan.moves().stream()
                        .filter(move -> move.source().pod().name().equals(pod.name()))
                        .flatMap(move -> move.identities().stream())
                        .anyMatch(identity -> identity.clientId().equalsIgnoreCase(clientId));
    }

    /** Whose token the pod asks for, as its service account has it; empty if the webhook leaves the pod alone. */
    private static Optional<String> findClientId(Cluster cluster, Pod pod) {
        if (!pod.metadata().labels().containsKey(Keys.USE)) {
            return Optional.empty();
        }
        return cluster.serviceAccount(new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)))
                .map(account -> account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .filter(clientId -> !clientId.isEmpty());
    }

    /** Identities of moved pods that the files write with several client IDs: kubectl applies one after the other. */
    private List<String> findAmbiguousIdentities() {
        var found = new ArrayList<String>();
        findFilesByClientId().forEach((identity, filesByClientId) -> {
            if (filesByClientId.size() > 1 && isMoved(filesByClientId.keySet())) {
                found.add(identity + place + " has different client IDs in "
                        + String.join(", ", new TreeSet<>(filesByClientId.values()))
                        + ", and which counts is not written. Name only the files that are applied together");
            }
        });
        return found;
    }

    /** For each object of the kind AzureIdentity the client IDs that the files write, each with such a file. */
    private Map<String, Map<String, String>> findFilesByClientId() {
        Map<String, Map<String, String>> found = new TreeMap<>();
        for (Manifest manifest : plan.context().manifests().objects()) {
            if (manifest.kind().equals("AzureIdentity")) {
                FieldLocation identity = FieldLocation.of(manifest);
                String clientId = identity.at("spec").like("clientID").text();
                found.computeIfAbsent(identity.object().toString(), key -> new TreeMap<>())
                        .put(clientId, identity.position().file());
            }
        }
        return found;
    }

    private boolean isMoved(Set<String> clientIds) {
        return plan.moves().stream()
                .flatMap(move -> move.identities().stream())
                .map(MovedIdentity::clientId)
                .anyMatch(clientIds::contains);
    }

    /**
     * Objects of pod identity that another cluster of the same files lets go, though a pod that is meant to have their
     * identity was not moved.
     */
    private List<String> findObjectsTakenFromOthers(List<KubernetesObject> removed, Manifests after) {
        List<String> reasons = plan.reasonsToStay();
        if (reasons.isEmpty()) {
            return List.of();
        }
        Set<ObjectRef> kept = after.objects().stream().map(Manifest::ref).collect(Collectors.toSet());
        Set<ObjectName> own = removed.stream().map(KubernetesObject::name).collect(Collectors.toSet());
        return plan.context().manifests().objects().stream()
                .filter(object -> object.group().equals("aadpodidentity.k8s.io"))
                .filter(object -> !own.contains(object.name()) && !kept.contains(object.ref()))
                .map(object -> object + place + " would be gone, but no pod was moved from it there: "
                        + String.join(", ", reasons))
                .toList();
    }
}
