package io.podidentity.emulator.plan;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.WebhookVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the servers play.
 *
 * @param tokenLifetime null for each server's own: an hour from Entra, a day from the metadata service
 * @param clock by which tokens are issued and checked
 * @param clusterClock by which the cluster waits and Azure's changes spread
 * @param problems of the manifests, one line each
 * @param nmi version and flags; the profile may be one without NMI
 * @param everyoneReads whether each principal may read blobs
 * @param trustsAnnotated whether each annotated service account is trusted by the identity that it names
 * @param bound the client IDs that identity bindings are for
 * @param actual empty for a cluster of manifests
 * @since 0.1.0
 */
public record Tenant(
        Directory directory,
        List<ManagedIdentity> identities,
        List<Application> applications,
        BlobStore blobs,
        @Nullable Duration tokenLifetime,
        Clock clock,
        EmulatorClock clusterClock,
        Cluster cluster,
        List<String> problems,
        NmiSettings nmi,
        boolean everyoneReads,
        WebhookVersion webhook,
        List<Trust> trusted,
        boolean trustsAnnotated,
        List<String> bound,
        Optional<ActualCluster> actual) {

    /** A federated credential with the cluster's own issuer. */
    public record Trust(String clientId, String subject, String audience, Duration delay) {}

    private static final Duration ENTRA_LIFETIME = Duration.ofHours(1);
    private static final Duration IMDS_LIFETIME = Duration.ofHours(24);

    public Duration entraLifetime() {
        return tokenLifetime == null ? ENTRA_LIFETIME : tokenLifetime;
    }

    public Duration imdsLifetime() {
        return tokenLifetime == null ? IMDS_LIFETIME : tokenLifetime;
    }

    public Profile profile() {
        return nmi.rules().profile();
    }
}
