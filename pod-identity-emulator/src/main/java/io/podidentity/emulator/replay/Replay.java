package io.podidentity.emulator.replay;

import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.nmi.ApiServer;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One token request of one pod, played through the same MIC, NMI and Azure that a running emulator has, on a clock that
 * skips their waits.
 *
 * @param mic what MIC does, null if the profile has none
 * @param nmi what NMI does, null if it does not see the pod, by the pod's network or a policy
 */
public record Replay(@Nullable MicPart mic, @Nullable NmiPart nmi) {

    private static final String ADDRESS = "10.244.0.9:40000";
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token?";

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

        /**
         * Plays one request.
         *
         * @param now at which log lines begin
         * @param query as in the URL, without the question mark
         */
        public Replay play(Pod pod, Instant now, String query) {
            var clock = new SkippingClock(now);
            var machines = azure.machines(clock);
            var cluster = new LiveCluster(withoutPods.with(List.of(pod)));
            MicPart mic = rules.profile().hasMic() ? mic(cluster, machines, clock) : null;
            boolean seen = reachesNmi(pod, rules) && policies.blocking(pod).isEmpty();
            Upstream upstream = azure.upstream(cluster.now(), machines);
            return new Replay(mic, seen ? nmi(new OnePod(cluster.now(), pod), upstream, clock, query) : null);
        }

        /** Runs one cycle as if the pod had just been created in a cluster that already has everything else. */
        private MicPart mic(LiveCluster cluster, VirtualMachines machines, SkippingClock clock) {
            var log = new ArrayList<String>();
            Instant began = clock.instant();
            try {
                new Mic(cluster, rules, machines, clock, log::add, event -> {}).cycle();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            List<AzureAssignedIdentity> assigned = cluster.now().all(AzureAssignedIdentity.class);
            return new MicPart(assigned, Duration.between(began, clock.instant()), log);
        }

        private NmiPart nmi(ApiServer cluster, Upstream upstream, SkippingClock clock, String query) {
            var log = new ArrayList<String>();
            Instant start = clock.instant();
            Answer answer = new Nmi(NmiSettings.of(rules), cluster, upstream, clock, Clock.systemUTC(), log::add)
                    .seenFrom(ADDRESS)
                    .answer(Request.of("GET", TOKEN_PATH + query, Map.of("Metadata", "true")));
            String text = answer.status() == 200 ? "" : answer.text().strip();
            return new NmiPart(answer.status(), text, Duration.between(start, clock.instant()), log);
        }
    }

    private record OnePod(Cluster cluster, Pod pod) implements ApiServer {

        @Override
        public List<Pod> podsAt(String ip) {
            return List.of(pod);
        }
    }

    /**
     * What MIC does.
     *
     * @param assigned the pod's assigned identities, when MIC is done
     * @param took how long until then, from an empty cluster
     * @param log its lines
     */
    public record MicPart(List<AzureAssignedIdentity> assigned, Duration took, List<String> log) {}

    /**
     * What NMI does.
     *
     * @param text what it answers, without a line end; a token is left out
     * @param took how long the pod waits
     * @param log its lines
     */
    public record NmiPart(int status, String text, Duration took, List<String> log) {}
}
