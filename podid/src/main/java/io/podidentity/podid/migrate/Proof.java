package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.replay.WorkloadReplay;
import io.podidentity.emulator.replay.WorkloadReplay.Result;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.source.FieldLocation;
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
 * and nothing else.
 */
final class Proof {

    private Proof() {}

    /**
     * One pod, before and after.
     *
     * @param after of the identity that it uses by default
     * @param others those of its other identities that it does not get by naming them
     * @param environment the kustomization that makes it; empty where there is only one
     */
    record Outcome(PodMove move, Result after, List<String> others, String environment) {

        /** Whether it has a token of the identity that it is meant to have. */
        boolean isSame() {
            return after.isToken()
                    && after.clientId().equalsIgnoreCase(move.identity().clientId())
                    && (move.identity().tenantId().isEmpty()
                            || after.tenantId().equalsIgnoreCase(move.identity().tenantId()))
                    && others.isEmpty();
        }

        /** Whether it had a token, and has none of the same identity. */
        boolean isLost() {
            return move.hadToken() && !isSame();
        }

        /** Whether nobody needs to look at it: it is the same, or there was none before. */
        boolean isGood() {
            return move.isDecided() && (isSame() || !move.hadToken());
        }

        /** All of it in one line. */
        String line() {
            return String.format("%-6s ", word()) + move.source().object() + in(environment) + ": " + beforehand()
                    + " -> " + afterwards();
        }

        String word() {
            if (!move.isDecided()) {
                return "decide";
            }
            return isSame() ? (move.hadToken() ? "same" : "new") : move.hadToken() ? "LOST" : "none";
        }

        String beforehand() {
            String own = "client ID " + move.identity().clientId();
            if (move.secretElsewhere()) {
                return own + ", by a Secret that is not in these files";
            }
            return switch (move.before().outcome()) {
                case IDENTITY ->
                    move.isDecided()
                            ? own
                            : "any of client ID "
                                    + move.identities().stream()
                                            .map(MovedIdentity::clientId)
                                            .collect(Collectors.joining(", "));
                case NODE -> own + " by the node's metadata service";
                default -> "no token: " + move.before().summary();
            };
        }

        String afterwards() {
            if (!after.isToken()) {
                return "no token: " + after.text();
            }
            boolean hasTenant = !move.identity().tenantId().isEmpty();
            return "client ID " + after.clientId() + (hasTenant ? " in tenant " + after.tenantId() : "")
                    + ", as service account " + move.account().name()
                    + (others.isEmpty() ? "" : "; but not " + String.join(", ", others));
        }
    }

    /** @param after what the changed files say; absent if they cannot be read */
    static List<Outcome> of(MovePlan plan, Optional<Manifests> after, String environment) {
        Cluster cluster = after.map(Manifests::cluster).orElse(Cluster.EMPTY);
        List<Trusted> trusted = plan.federations().stream()
                .map(one -> new Trusted(one.identity().clientId(), one.subject(), WebhookSettings.AUDIENCE))
                .toList();
        List<String> existing = plan.moves().stream()
                .flatMap(move -> move.identities().stream())
                .map(MovedIdentity::clientId)
                .distinct()
                .toList();
        var replay = new WorkloadReplay(
                cluster, existing, WorkloadReplay.tenants(plan.context().cluster()), trusted);
        var outcomes = new ArrayList<Outcome>();
        for (PodMove move : plan.moves()) {
            Optional<Pod> pod = cluster.pod(move.source().pod().name());
            Result result = pod.map(one -> replay.play(one, ""))
                    .orElse(new Result("", "", "it is not among the changed files"));
            List<String> others = pod.isEmpty()
                    ? List.of()
                    : move.identities().stream()
                            .skip(1)
                            .map(MovedIdentity::clientId)
                            .filter(id -> !replay.play(pod.get(), id).isToken())
                            .toList();
            outcomes.add(new Outcome(move, result, others, environment));
        }
        return outcomes;
    }

    /**
     * Pods that would ask for an identity which they did not have.
     *
     * @param after what the changed files say
     */
    static List<String> shared(MovePlan plan, Manifests after, String environment) {
        var shared = new ArrayList<String>();
        for (Pod pod : after.cluster().pods()) {
            String now = clientId(after.cluster(), pod);
            boolean isKnown = now.isEmpty()
                    || now.equalsIgnoreCase(clientId(plan.context().cluster(), pod))
                    || plan.moves().stream()
                            .filter(move -> move.source().pod().name().equals(pod.name()))
                            .flatMap(move -> move.identities().stream())
                            .anyMatch(identity -> identity.clientId().equalsIgnoreCase(now));
            if (!isKnown) {
                shared.add("Pod " + pod.name() + in(environment) + " would get the identity of others, client ID " + now
                        + ", by its service account " + Webhook.serviceAccount(pod)
                        + ". Give it an account or an identity of its own");
            }
        }
        return shared;
    }

    /** Identities of moved pods that the files write with several client IDs, of which the one applied last counts. */
    static List<String> ambiguous(MovePlan plan, String environment) {
        Map<String, Map<String, String>> written = new TreeMap<>();
        plan.context().manifests().objects().stream()
                .filter(one -> one.kind().equals("AzureIdentity"))
                .map(FieldLocation::of)
                .forEach(one -> written.computeIfAbsent(one.object(), key -> new TreeMap<>())
                        .put(
                                one.at("spec").like("clientID").text(),
                                one.position().file()));
        written.values()
                .removeIf(ids -> ids.size() < 2
                        || plan.moves().stream()
                                .flatMap(move -> move.identities().stream())
                                .noneMatch(identity -> ids.containsKey(identity.clientId())));
        return written.entrySet().stream()
                .map(one -> one.getKey() + in(environment) + " has different client IDs in "
                        + String.join(", ", new TreeSet<>(one.getValue().values()))
                        + ", and which counts is not written. Name only the files that are applied together")
                .toList();
    }

    /**
     * Objects of pod identity that another cluster of the same files lets go, though a pod that is meant to have their
     * identity was not moved.
     *
     * @param gone what the plan itself needs no more
     */
    static List<String> taken(MovePlan plan, List<KubernetesObject> gone, Manifests after, String environment) {
        Set<String> kept = after.objects().stream().map(Manifest::toString).collect(Collectors.toSet());
        Set<ObjectName> own = gone.stream().map(KubernetesObject::name).collect(Collectors.toSet());
        return plan.stays().isEmpty()
                ? List.of()
                : plan.context().manifests().objects().stream()
                        .filter(one -> one.group().equals("aadpodidentity.k8s.io") && !own.contains(one.name()))
                        .filter(one -> !kept.contains(one.toString()))
                        .map(one -> one + in(environment) + " would be gone, but no pod was moved from it there: "
                                + String.join(", ", plan.stays().values()))
                        .toList();
    }

    /** Such as " (overlays/prod)". */
    static String in(String environment) {
        return environment.isEmpty() ? "" : " (" + environment + ")";
    }

    /** Whose token the pod asks for, as its service account has it; empty if the webhook leaves the pod alone. */
    private static String clientId(Cluster cluster, Pod pod) {
        return pod.metadata().labels().containsKey(Keys.USE)
                ? cluster.serviceAccount(new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)))
                        .map(account -> account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                        .orElse("")
                : "";
    }
}
