// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.replay;

import io.podidentity.emulator.azure.AzureOfManifests;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.AppAssignments;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.Principals;
import io.podidentity.emulator.directory.Resources;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.entra.Lifetimes;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.time.SkippingClock;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.ProxySidecar;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Token requests of pods by workload identity, played through the webhook, the cluster's issuer and Entra ID of a
 * running emulator, without sockets and files. Azure has the identities that are given and trusts only whom it is told
 * to trust. Making one costs an RSA key. Thread-safe.
 *
 * @since 0.1.0
 */
public final class WorkloadReplay {

    /** Stands for the issuer of the cluster, which Azure makes. */
    public static final String ISSUER = "https://issuer.podid.example/cluster/";

    /** Stands for the tenant of the cluster where an account names none. */
    public static final String TENANT = "10000000-0000-4000-8000-000000000001";

    /** With this begins the text of a result that Entra ID refused. */
    public static final String REFUSED = "Entra ID refuses it: ";

    static final URI AUTHORITY = URI.create("https://login.microsoftonline.com");
    private final Cluster cluster;
    private final Webhook webhook =
            new Webhook(new WebhookSettings(WebhookVersion.V1_6_0, TENANT, AUTHORITY + "/", true, Optional.empty()));
    private final ClusterIssuer issuer;
    private final Endpoint entra;
    private final EgressPolicies policies;

    /**
     * A federated credential of the cluster's issuer.
     *
     * @param clientId of the identity or application that has it
     */
    public record Trusted(String clientId, String subject, String audience) {}

    /**
     * What a pod gets.
     *
     * @param clientId whose token it is; empty without one
     * @param tenantId in which tenant
     * @param text why there is none; empty with one
     */
    public record Result(String clientId, String tenantId, String text) {

        public boolean isToken() {
            return text.isEmpty();
        }

        private static Result none(String text) {
            return new Result("", "", text);
        }
    }

    /**
     * A cluster, and what Azure has for it.
     *
     * @param existing the client IDs of the identities and applications
     * @param tenants those of applications elsewhere
     * @throws IllegalArgumentException if Azure would refuse a credential, such as the 21st of an identity
     */
    public WorkloadReplay(
            Cluster cluster, Collection<String> existing, Collection<String> tenants, Collection<Trusted> trusted) {
        // Tokens and assertions are made and judged at one instant.
        var still = new SkippingClock(Instant.EPOCH);
        var clusterKey = SigningKey.ofClusters();
        var federation = new FederatedCredentials(still);
        for (Trusted trust : trusted) {
            var credential = new FederatedCredential(ISSUER, trust.subject(), trust.audience());
            federation.create(trust.clientId(), credential, Duration.ZERO);
        }
        federation.publish(ISSUER, List.of(clusterKey.publicKey()));
        Directory directory = directory(existing, tenants, federation, still);
        this.cluster = cluster;
        this.issuer = new ClusterIssuer(clusterKey, URI.create(ISSUER), still);
        this.entra = new EntraEndpoint(
                directory,
                new TokenIssuer(SigningKey.ofNobody(), AUTHORITY, TENANT, still),
                new Lifetimes(Duration.ofHours(1), Duration.ofHours(24)));
        this.policies = new EgressPolicies(cluster, Profile.WORKLOAD_IDENTITY);
    }

    private static Directory directory(
            Collection<String> existing,
            Collection<String> tenants,
            FederatedCredentials federation,
            SkippingClock clock) {
        List<ServicePrincipal> identities = existing.stream()
                .map(clientId -> ServicePrincipal.managedIdentity(clientId, ObjectIds.of(clientId)))
                .toList();
        return new Directory(
                TENANT,
                List.copyOf(tenants),
                new User("developer@podid.example", ObjectIds.of("user")),
                new Principals(identities),
                List.of(),
                federation,
                new RoleAssignments(clock),
                Resources.ofAnyName(),
                AppAssignments.NONE);
    }

    /** The tenants that identities of a cluster name. */
    public static List<String> tenants(Cluster cluster) {
        return AzureOfManifests.tenants(cluster);
    }

    /**
     * Plays one request.
     *
     * @param clientId that the program names; empty if it leaves that to the variables
     */
    public Result play(Pod pod, String clientId) {
        Admission admission = webhook.admit(cluster, pod);
        if (admission instanceof Admission.Denied denied) {
            return Result.none("the cluster does not create the pod: " + denied.reason());
        }
        if (!(admission instanceof Admission.Admitted admitted)) {
            return Result.none("the pod lacks the label azure.workload.identity/use: \"true\"");
        }
        Optional<NetworkPolicy> policy = policies.blocking(pod);
        if (policy.isPresent()) {
            return Result.none("the NetworkPolicy " + policy.get().name() + " keeps it from " + policies.target()
                    + "; needed is " + policies.needed());
        }
        Map<String, String> environment = environment(admitted.pod());
        String client = clientId.isEmpty() ? environment.getOrDefault("AZURE_CLIENT_ID", "") : clientId;
        if (client.isEmpty()) {
            return Result.none("neither the program nor its service account names a client ID");
        }
        String tenant = environment.getOrDefault("AZURE_TENANT_ID", TENANT);
        String assertion = issuer.project(admitted.pod(), admitted.token()).value();
        Answer answer = entra.answer(
                ProxySidecar.tokenRequest(tenant, client, "https://storage.azure.com/.default", assertion));
        return answer.status() == 200 ? new Result(client, tenant, "") : Result.none(refusal(answer.text()));
    }

    private static boolean hasTokenFile(Container container) {
        return container.env().stream().anyMatch(variable -> variable.name().equals("AZURE_FEDERATED_TOKEN_FILE"));
    }

    /** Entra's own words, without what it adds for its support. */
    private static String refusal(String text) {
        int from = text.indexOf("AADSTS");
        if (from < 0) {
            return REFUSED + text.strip();
        }
        return REFUSED + text.substring(from).replaceFirst("(?s)(\\\\r|\\\\n|\").*", "");
    }

    /** Of the first container whose program has a token file. */
    private static Map<String, String> environment(Pod pod) {
        return pod.spec().containers().stream()
                .filter(WorkloadReplay::hasTokenFile)
                .findFirst()
                .map(Container::literals)
                .orElseGet(TreeMap::new);
    }
}
