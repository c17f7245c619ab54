package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.replay.WorkloadReplay;
import io.podidentity.emulator.replay.WorkloadReplay.Result;
import io.podidentity.emulator.replay.WorkloadReplay.Trusted;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.migrate.plan.MovePlan;
import io.podidentity.podid.migrate.plan.MovedIdentity;
import io.podidentity.podid.migrate.plan.PodMove;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
     */
    record Outcome(PodMove move, Result after, List<String> others) {

        /** Whether it has a token of the identity that it is meant to have. */
        boolean isSame() {
            return after.isToken()
                    && after.clientId().equalsIgnoreCase(move.identity().clientId())
                    && (move.identity().tenantId().isEmpty()
                            || after.tenantId().equalsIgnoreCase(move.identity().tenantId()))
                    && others.isEmpty();
        }

        /** Whether nobody needs to look at it: it is the same, or there was none before. */
        boolean isGood() {
            return move.isDecided() && (isSame() || !move.hadToken());
        }
    }

    /** @param after what the changed files say; absent if they cannot be read */
    static List<Outcome> of(MovePlan plan, Optional<Manifests> after) {
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
            outcomes.add(new Outcome(move, result, others));
        }
        return outcomes;
    }
}
