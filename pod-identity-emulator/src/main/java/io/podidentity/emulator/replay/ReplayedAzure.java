package io.podidentity.emulator.replay;

import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.azure.AzureOfManifests;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.NodeIdentity;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.Principals;
import io.podidentity.emulator.directory.RoleAssignments;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.imds.ImdsEndpoint;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.time.SkippingClock;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The Azure that the manifests refer to, with the same directory, Entra ID, metadata service and machines as a running
 * emulator has, but without sockets. Thread-safe.
 */
final class ReplayedAzure {

    private static final URI AUTHORITY = URI.create("https://login.microsoftonline.com");
    private static final String TENANT = "10000000-0000-4000-8000-000000000001";
    private static final NodeIdentity NODE = new NodeIdentity(
            ObjectIds.of("client of the node"),
            ObjectIds.of("node"),
            "/subscriptions/50d1d000-0000-4000-8000-000000000005/resourceGroups/node/providers"
                    + "/Microsoft.ManagedIdentity/userAssignedIdentities/podid-node",
            false);

    private final AzureOfManifests azure;
    private final VirtualMachines machines;
    private final TokenIssuer issuer;
    private final Endpoint entra;

    ReplayedAzure(Cluster cluster, Profile profile) {
        var clock = new SkippingClock(Instant.EPOCH);
        List<String> tenants = AzureOfManifests.tenants(cluster);
        var directory = new Directory(
                tenants.isEmpty() ? TENANT : tenants.get(0),
                tenants,
                new User("developer@podid.example", ObjectIds.of("user")),
                new Principals(List.of()),
                List.of(NODE),
                new FederatedCredentials(clock),
                new RoleAssignments(clock));
        this.machines = new VirtualMachines(clock);
        this.azure = new AzureOfManifests(directory, profile, false, true, machines);
        azure.provide(cluster);
        SigningKey key = SigningKey.ofNobody();
        this.issuer = new TokenIssuer(key, AUTHORITY, directory.tenantId(), Clock.systemUTC());
        this.entra = new EntraEndpoint(directory, issuer, Duration.ofHours(1));
    }

    /** Machines of their own for one replay, on which no identity was put yet that must not be there from the start. */
    VirtualMachines machines(EmulatorClock clock) {
        return machines.copy(clock);
    }

    /** What NMI asks on such machines. */
    Upstream upstream(Cluster cluster, VirtualMachines these) {
        var node = new ImdsEndpoint(
                () -> {
                    var identities = new ArrayList<>(List.of(NODE));
                    identities.addAll(azure.onMachines(cluster, these));
                    return identities.iterator();
                },
                issuer,
                Duration.ofHours(24));
        return new Sockets(node, entra);
    }

    /** In place of sockets. */
    private record Sockets(Endpoint imds, Endpoint entra) implements Upstream {

        @Override
        public Answer ask(Service service, Request request) {
            return (service == Service.IMDS ? imds : entra).answer(request);
        }

        @Override
        public String audience(String tenant) {
            return AUTHORITY + "/" + tenant + "/oauth2/token";
        }
    }
}
