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
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
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

    private final MovePlan plan;
    private final Optional<RuleContext> after;
    private final String place;

    /**
     * One pod, before and after.
     *
     * @param others those of its other identities that it does not get by naming them
     * @param place such as " (overlays/prod)"; empty where there is only one environment
     */
    record Outcome(PodMove move, Result after, List<String> others, String place) {

        boolean isSame() {
            return after.isToken()
                    && after.clientId().equalsIgnoreCase(move.identity().clientId())
                    && (move.identity().tenantId().isEmpty()
                            || after.tenantId().equalsIgnoreCase(move.identity().tenantId()))
                    && others.isEmpty();
        }

        boolean isLost() {
            return move.hadToken() && !isSame();
        }

        /** Whether nobody needs to look at it: it is the same, or there was none before. */
        boolean isGood() {
            return move.isDecided() && (isSame() || !move.hadToken());
        }

        String line() {
            return String.format("%-6s ", word()) + move.source().object() + place + ": " + beforehand() + " -> "
                    + afterwards();
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
    Proof(MovePlan plan, Optional<Manifests> after, String environment) {
        this.plan = plan;
        this.after = after.map(one -> new RuleContext(one, plan.context().rules(), AzureFacts.NONE));
        this.place = environment.isEmpty() ? "" : " (" + environment + ")";
    }

    List<Outcome> outcomes() {
        Cluster cluster = after.map(RuleContext::cluster).orElse(Cluster.EMPTY);
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
        return plan.moves().stream()
                .map(move -> outcome(move, cluster.pod(move.source().pod().name()), replay))
                .toList();
    }

    private Outcome outcome(PodMove move, Optional<Pod> pod, WorkloadReplay replay) {
        List<String> others = move.identities().stream()
                .skip(1)
                .map(MovedIdentity::clientId)
                .filter(id -> pod.filter(one -> !replay.play(one, id).isToken()).isPresent())
                .toList();
        Result result = pod.map(one -> replay.play(one, ""))
                .orElseGet(() -> new Result("", "", "it is not among the changed files"));
        return new Outcome(move, result, others, place);
    }

    /** Why nothing may be written, of a cluster that needs these objects no more. */
    List<String> obstacles(List<KubernetesObject> gone) {
        var all = new ArrayList<>(ambiguous());
        after.ifPresent(now -> {
            all.addAll(shared(now.cluster()));
            all.addAll(taken(gone, now.manifests()));
            all.addAll(PodIdentityClients.obstacles(plan, now, place));
        });
        return all;
    }

    List<String> pending() {
        return after.map(now -> PodIdentityClients.pending(plan, now, place)).orElse(List.of());
    }

    /** Pods that would ask for an identity which they did not have. */
    private List<String> shared(Cluster now) {
        var shared = new ArrayList<String>();
        for (Pod pod : now.pods()) {
            String asked = clientId(now, pod);
            boolean isKnown = asked.isEmpty()
                    || asked.equalsIgnoreCase(clientId(plan.context().cluster(), pod))
                    || plan.moves().stream()
                            .filter(move -> move.source().pod().name().equals(pod.name()))
                            .flatMap(move -> move.identities().stream())
                            .anyMatch(identity -> identity.clientId().equalsIgnoreCase(asked));
            if (!isKnown) {
                shared.add("Pod " + pod.name() + place + " would get the identity of others, client ID " + asked
                        + ", by its service account " + Webhook.serviceAccount(pod)
                        + ". Give it an account or an identity of its own");
            }
        }
        return shared;
    }

    /** Identities of moved pods that the files write with several client IDs, of which the one applied last counts. */
    private List<String> ambiguous() {
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
                .map(one -> one.getKey() + place + " has different client IDs in "
                        + String.join(", ", new TreeSet<>(one.getValue().values()))
                        + ", and which counts is not written. Name only the files that are applied together")
                .toList();
    }

    /**
     * Objects of pod identity that another cluster of the same files lets go, though a pod that is meant to have their
     * identity was not moved.
     */
    private List<String> taken(List<KubernetesObject> gone, Manifests now) {
        Set<String> kept = now.objects().stream().map(Manifest::toString).collect(Collectors.toSet());
        Set<ObjectName> own = gone.stream().map(KubernetesObject::name).collect(Collectors.toSet());
        return plan.stays().isEmpty()
                ? List.of()
                : plan.context().manifests().objects().stream()
                        .filter(one -> one.group().equals("aadpodidentity.k8s.io") && !own.contains(one.name()))
                        .filter(one -> !kept.contains(one.toString()))
                        .map(one -> one + place + " would be gone, but no pod was moved from it there: "
                                + String.join(", ", plan.stays().values()))
                        .toList();
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
