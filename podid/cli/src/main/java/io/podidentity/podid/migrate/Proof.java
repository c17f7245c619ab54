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
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.explain.Explainer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Plays each pod's token request again, with the changed files and an Azure that trusts what {@code azure.sh} creates,
 * and nothing else; and finds what takes tokens from NMI beside the programs of pods, which fails then.
 */
final class Proof {

    /**
     * Versions before 1.11.0, the first with workload identity.
     *
     * @see <a href="https://cert-manager.io/docs/configuration/acme/dns01/azuredns/">cert-manager on Azure DNS</a>
     */
    private static final Pattern OLD_CERT_MANAGER =
            Pattern.compile("(.*/)?cert-manager-controller:v?(0\\.|1\\.(10|\\d)(\\.|$)).*");

    /**
     * Narrows the chain of Azure's libraries.
     *
     * @see <a href="https://learn.microsoft.com/java/api/overview/azure/identity-readme">azure-identity</a>
     */
    private static final String ONLY = "AZURE_TOKEN_CREDENTIALS";

    private static final String MANAGED_IDENTITY = "ManagedIdentityCredential";

    private final MovePlan plan;
    private final Optional<RuleContext> after;
    private final String place;

    /**
     * One pod, before and after.
     *
     * @param others those of its other identities that it does not get by naming them
     * @param remedies what brings the token back, if the pod has none with the changed files
     * @param place such as " (overlays/prod)"; empty where there is only one environment
     */
    record Outcome(PodMove move, Result after, List<String> others, List<String> remedies, String place) {

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
            return isSame() || !move.hadToken();
        }

        String line() {
            return String.format("%-6s ", word()) + move.source().object() + place + ": " + beforehand() + " -> "
                    + afterwards();
        }

        String word() {
            if (isSame()) {
                return move.hadToken() ? "same" : "new";
            }
            return move.hadToken() ? "LOST" : "none";
        }

        String beforehand() {
            String own = "client ID " + move.identity().clientId();
            if (move.secretElsewhere()) {
                return own + ", by a Secret that is not in these files";
            }
            return switch (move.before().outcome()) {
                case IDENTITY -> own;
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

    /**
     * @param after what the changed files say; absent if they cannot be read
     * @param place such as " (overlays/prod)"; empty where there is only one environment
     */
    Proof(MovePlan plan, Optional<Manifests> after, String place) {
        this.plan = plan;
        this.after = after.map(one -> new RuleContext(one, plan.context().rules(), AzureFacts.NONE));
        this.place = place;
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
        var outcome = new Outcome(move, result, others, List.of(), place);
        return outcome.isLost() ? new Outcome(move, result, others, remedies(move), place) : outcome;
    }

    private List<String> remedies(PodMove move) {
        return after.stream()
                .flatMap(now ->
                        now.cluster().pod(move.source().pod().name()).stream().flatMap(pod -> remedies(now, pod)))
                .map(remedy -> move.source().object() + place + ": " + remedy)
                .toList();
    }

    private static Stream<String> remedies(RuleContext now, Pod pod) {
        var explainer = new Explainer(now.manifests(), MatchRules.of(Profile.WORKLOAD_IDENTITY), Instant.EPOCH);
        return explainer.explain(pod, Explainer.DEFAULT_QUERY).remedies().stream();
    }

    /** Why nothing may be written, of a cluster that needs these objects no more. */
    List<String> obstacles(List<KubernetesObject> gone) {
        var all = new ArrayList<>(ambiguous());
        after.ifPresent(now -> {
            all.addAll(shared(now.cluster()));
            all.addAll(taken(gone, now.manifests()));
            all.addAll(clients(now));
        });
        return all;
    }

    List<String> pending() {
        return after.map(this::pending).orElse(List.of());
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
                .filter(object -> object.kind().equals("AzureIdentity"))
                .map(FieldLocation::of)
                .forEach(identity -> written.computeIfAbsent(identity.object().toString(), key -> new TreeMap<>())
                        .put(
                                identity.at("spec").like("clientID").text(),
                                identity.position().file()));
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
        Set<ObjectRef> kept = now.objects().stream().map(Manifest::ref).collect(Collectors.toSet());
        Set<ObjectName> own = gone.stream().map(KubernetesObject::name).collect(Collectors.toSet());
        return plan.unmoved().isEmpty()
                ? List.of()
                : plan.context().manifests().objects().stream()
                        .filter(object ->
                                object.group().equals("aadpodidentity.k8s.io") && !own.contains(object.name()))
                        .filter(object -> !kept.contains(object.ref()))
                        .map(object -> object + place + " would be gone, but no pod was moved from it there: "
                                + String.join(", ", plan.unmoved()))
                        .toList();
    }

    static Stream<IdentityReference> mounted(RuleContext context, PodSource pod) {
        return context.references().stream()
                .filter(one -> one.isMounted() && one.runners().contains(pod));
    }

    /** Why pods that were moved would not start or not work with the changed files. */
    private List<String> clients(RuleContext now) {
        return now.pods().stream()
                .flatMap(pod -> plan.moves().stream()
                        .filter(move ->
                                move.source().pod().name().equals(pod.pod().name()))
                        .flatMap(move -> clients(now, pod, move))
                        .map(why -> pod.object() + place + " " + why))
                .toList();
    }

    private static Stream<String> clients(RuleContext now, PodSource pod, PodMove move) {
        var why = new ArrayList<String>();
        mounted(now, pod).forEach(one -> {
            ObjectRef object = one.object().object();
            String clientId = one.clientId().text();
            if (isOfNmi(one)) {
                why.add("does not start: " + object + " takes its identity from NMI. " + instead(one));
            } else if (one.way() == Way.WORKLOAD
                    && !clientId.isEmpty()
                    && !clientId.equalsIgnoreCase(move.identity().clientId())) {
                why.add("gets another identity by " + object + ", whose "
                        + one.clientId().key() + " is " + clientId);
            }
        });
        if (!pod.annotation(Keys.INJECT_PROXY).exists()) {
            pod.spec("initContainers").items().stream()
                    .filter(one -> Stream.of("command", "args")
                            .flatMap(list -> one.at(list).items().stream())
                            .anyMatch(word -> word.text().contains("169.254.169.254")))
                    .map(one -> "does not start: its init container "
                            + one.at("name").text() + " waits for the metadata service, which has no identity for it"
                            + " then. Remove it: nothing has to be waited for")
                    .forEach(why::add);
            pod.containers().stream()
                    .filter(Proof::wantsManagedIdentity)
                    .map(one -> "gets no token: its container " + one.at("name").text() + " has " + ONLY + "="
                            + MANAGED_IDENTITY + ", so Azure's libraries ask the metadata service alone. Write"
                            + " WorkloadIdentityCredential")
                    .forEach(why::add);
        }
        pod.containers().stream()
                .map(one -> one.at("image").text())
                .filter(image -> OLD_CERT_MANAGER.matcher(image).matches())
                .map(image -> "gets no token: " + image + " knows no workload identity. Use 1.11.0 or later")
                .forEach(why::add);
        return why.stream();
    }

    private static boolean wantsManagedIdentity(FieldLocation container) {
        return container.at("env").items().stream()
                .anyMatch(one -> one.at("name").text().equals(ONLY)
                        && one.at("value").text().equalsIgnoreCase(MANAGED_IDENTITY));
    }

    /** Whether NMI answers, for a runner with its label where the node's metadata service would answer others. */
    private static boolean isOfNmi(IdentityReference one) {
        return one.way() == Way.NMI || one.way() == Way.METADATA;
    }

    /** What operators do in place of pods, and still by NMI. */
    private List<String> pending(RuleContext now) {
        Set<ObjectRef> ofNode = plan.context().references().stream()
                .filter(one -> one.way() == Way.METADATA && !one.runners().isEmpty())
                .filter(one -> one.runners().stream().noneMatch(PodSource::asksForBinding))
                .map(one -> one.object().object())
                .collect(Collectors.toSet());
        return now.references().stream()
                .filter(one -> isOfNmi(one) && !one.isMounted())
                .filter(one -> !ofNode.contains(one.object().object()))
                .map(one -> one.object().object() + place + " (" + one.object().position()
                        + "): its operator takes tokens from NMI. Before NMI goes, "
                        + instead(one).replaceFirst("W", "w"))
                .toList();
    }

    private static String instead(IdentityReference one) {
        return "Write " + one.kind().instead() + ": " + one.kind().page();
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
