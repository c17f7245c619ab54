package io.podidentity.emulator.replay;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token request of one pod, played through the same MIC, NMI and Azure that a running emulator has, on a clock that
 * skips their waits.
 *
 * @param mic what MIC does, null if the profile has none
 * @param nmi what NMI does, null if it does not see the pod, by the pod's network or a policy
 */
public record Replay(@Nullable MicPart mic, @Nullable NmiPart nmi) {

    /**
     * Plays one request.
     *
     * @param now at which log lines begin
     * @param query as in the URL, without the question mark
     */
    public static Replay of(Cluster cluster, Pod pod, MatchRules rules, Instant now, String query) {
        return new Stage(cluster, rules).play(pod, now, query);
    }

    /** Whether NMI sees the pod's requests. */
    public static boolean reachesNmi(Pod pod, MatchRules rules) {
        return rules.profile().hasNmi() && Nmi.intercepts(pod);
    }

    /**
     * Where requests are played. What manifests refer to exists in Azure: each well-formed identity, and applications
     * whose secret is the one in the cluster. Each pod is alone and new, in a cluster that already has everything else.
     * Making a stage costs as much as many replays.
     *
     * <p>Thread-safety: safe.
     */
    public static final class Stage {

        private final Cluster withoutPods;
        private final MatchRules rules;
        private final ReplayedAzure azure;
        private final EgressPolicies policies;

        public Stage(Cluster cluster, MatchRules rules) {
            this.withoutPods = cluster.withoutAll(Pod.class).withoutAll(AzureAssignedIdentity.class);
            this.rules = rules;
            this.azure = new ReplayedAzure(cluster, rules.profile());
            this.policies = new EgressPolicies(cluster, rules.profile());
        }

        /** Plays one request, as above. */
        public Replay play(Pod pod, Instant now, String query) {
            var clock = new SkippingClock(now);
            var machines = azure.machines(clock);
            Cluster alone = withoutPods.with(List.of(pod));
            MicReplay mic = rules.profile().hasMic() ? new MicReplay(alone, rules, machines, clock) : null;
            Cluster assigned = mic == null ? alone : mic.cluster();
            boolean seen = reachesNmi(pod, rules) && policies.blocking(pod).isEmpty();
            NmiPart nmi = seen
                    ? NmiReplay.play(assigned, pod, rules, azure.upstream(assigned, machines), clock, query)
                    : null;
            return new Replay(mic == null ? null : mic.part(), nmi);
        }
    }
}
