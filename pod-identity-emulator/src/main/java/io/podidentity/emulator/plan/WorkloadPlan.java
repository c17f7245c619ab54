package io.podidentity.emulator.plan;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.WebhookVersion;
import java.time.Duration;
import java.util.List;

/**
 * What the cluster's workload identity is to be.
 *
 * @param trusted the federated credentials with the cluster's own issuer
 * @param trustsAnnotated whether each annotated service account is trusted by the identity that it names
 * @param bound the client IDs that identity bindings are for
 */
public record WorkloadPlan(
        Cluster cluster, WebhookVersion webhook, List<Trust> trusted, boolean trustsAnnotated, List<String> bound) {

    /** One federated credential. */
    public record Trust(String clientId, String subject, String audience, Duration delay) {}

    public WorkloadPlan {
        trusted = List.copyOf(trusted);
        bound = List.copyOf(bound);
    }

    /** Whether anything in a cluster asks for it. */
    public static boolean isUsedBy(Cluster cluster) {
        return cluster.pods().stream().anyMatch(WorkloadPlan::asks)
                || cluster.all(ServiceAccount.class).stream()
                        .anyMatch(account -> account.metadata().annotations().containsKey(Keys.CLIENT_ID));
    }

    private static boolean asks(Pod pod) {
        return pod.labels().containsKey(Keys.USE);
    }
}
