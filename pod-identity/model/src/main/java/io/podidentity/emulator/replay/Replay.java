// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.replay;

import io.podidentity.emulator.adal.TokenServices;
import io.podidentity.emulator.azure.AzureOfManifests;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.Principals;
import io.podidentity.emulator.directory.Resources;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.entra.Lifetimes;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.imds.ImdsEndpoint;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.nmi.ApiServer;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.time.SkippingClock;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One token request of one pod, played through the same MIC, NMI and Azure that a running emulator has, on a clock that
 * skips their waits.
 *
 * @param mic what MIC does, null if the profile has none
 * @param nmi what NMI does, null if it does not see the pod, by the pod's network or a policy
 * @since 0.1.0
 */
public record Replay(@Nullable MicPart mic, @Nullable NmiPart nmi) {

    private static final String ADDRESS = "10.244.0.9:40000";
    private static final NodeIdentity NODE = new NodeIdentity(
            ObjectIds.of("client of the node"),
            ObjectIds.of("node"),
            "/subscriptions/50d1d000-0000-4000-8000-000000000005/resourceGroups/node/providers"
                    + "/Microsoft.ManagedIdentity/userAssignedIdentities/podid-node",
            false);
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token?";

    /** Whether NMI sees the pod's requests. */
    public static boolean reachesNmi(Pod pod, MatchRules rules) {
        return rules.profile().hasNmi() && Nmi.intercepts(pod);
    }

    /**
     * Where requests are played. What manifests refer to exists in Azure: each well-formed identity, and applications
     * whose secret is the one in the cluster. It has the same directory, Entra ID, metadata service and machines as a
     * running emulator, but no sockets. Each pod is alone and new, in a cluster that already has everything else.
     * Making a stage costs as much as many replays.
     *
     * <p>Thread-safety: safe.
     */
    public static final class Stage {

        private static final Lifetimes LIVES = new Lifetimes(Duration.ofHours(1), Duration.ofHours(24));

        /**
         * Stands still, since nobody waits for Azure here: tokens and assertions are made and judged at one instant.
         */
        private final SkippingClock timeOfAzure = new SkippingClock(Instant.EPOCH);

        private final Cluster withoutPods;
        private final MatchRules rules;
        private final EgressPolicies policies;
        private final AzureOfManifests azure;
        private final VirtualMachines machines;
        private final Directory directory;
        private final TokenIssuer issuer;
        private final Endpoint entra;

        public Stage(Cluster cluster, MatchRules rules) {
            this.withoutPods = cluster.withoutAll(Pod.class).withoutAll(AzureAssignedIdentity.class);
            this.rules = rules;
            this.policies = new EgressPolicies(cluster, rules.profile());
            List<String> tenants = AzureOfManifests.tenants(cluster);
            this.directory = new Directory(
                    tenants.isEmpty() ? WorkloadReplay.TENANT : tenants.get(0),
                    tenants,
                    new User("developer@podid.example", ObjectIds.of("user")),
                    new Principals(List.of()),
                    List.of(NODE),
                    new FederatedCredentials(timeOfAzure),
                    new RoleAssignments(timeOfAzure),
                    Resources.ofAnyName(),
                    AppAssignments.NONE);
            this.machines = new VirtualMachines(timeOfAzure);
            this.azure = new AzureOfManifests(directory, rules.profile(), false, true, machines);
            azure.provide(cluster);
            this.issuer =
                    new TokenIssuer(SigningKey.ofNobody(), WorkloadReplay.AUTHORITY, directory.tenantId(), timeOfAzure);
            this.entra = new EntraEndpoint(directory, issuer, LIVES);
        }

        /**
         * Plays one request.
         *
         * @param now at which log lines begin
         * @param query as in the URL, without the question mark
         */
        public Replay play(Pod pod, Instant now, String query) {
            var clock = new SkippingClock(now);
            // None of the identities is on them yet that must not be there from the start.
            VirtualMachines ofPod = machines.copy(clock);
            var cluster = new LiveCluster(withoutPods.with(List.of(pod)));
            MicPart mic = rules.profile().hasMic() ? mic(cluster, ofPod, clock) : null;
            boolean seen = reachesNmi(pod, rules) && policies.blocking(pod).isEmpty();
            TokenServices services = services(cluster.now(), ofPod);
            return new Replay(mic, seen ? nmi(new OnePod(cluster.now(), pod), services, clock, query) : null);
        }

        /** Runs one cycle as if the pod had just been created in a cluster that already has everything else. */
        private MicPart mic(LiveCluster cluster, VirtualMachines ofPod, SkippingClock clock) {
            var log = new ArrayList<String>();
            Instant began = clock.instant();
            try {
                new Mic(cluster, rules, ofPod, clock, log::add, event -> {}).cycle();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            List<AzureAssignedIdentity> assigned = cluster.now().all(AzureAssignedIdentity.class);
            return new MicPart(assigned, Duration.between(began, clock.instant()), log);
        }

        private TokenServices services(Cluster cluster, VirtualMachines ofPod) {
            var node = new ImdsEndpoint(
                    () -> Stream.concat(Stream.of(NODE), azure.onMachines(cluster, ofPod).stream())
                            .iterator(),
                    directory,
                    issuer,
                    LIVES.ofManagedIdentities());
            return new WithoutSockets(node, entra);
        }

        private NmiPart nmi(ApiServer cluster, TokenServices services, SkippingClock clock, String query) {
            var log = new ArrayList<String>();
            Instant start = clock.instant();
            Answer answer = new Nmi(NmiSettings.of(rules), cluster, services, clock, timeOfAzure, log::add)
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

    private record WithoutSockets(Endpoint imds, Endpoint entra) implements TokenServices {

        @Override
        public Answer ask(Service service, Request request) {
            return (service == Service.IMDS ? imds : entra).answer(request);
        }

        @Override
        public String audience(String tenant) {
            return WorkloadReplay.AUTHORITY + "/" + tenant + "/oauth2/token";
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
