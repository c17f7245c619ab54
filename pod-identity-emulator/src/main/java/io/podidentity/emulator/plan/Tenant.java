package io.podidentity.emulator.plan;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the servers play.
 *
 * @param tokenLifetime null for each server's own: an hour from Entra, a day from the metadata service
 * @param clock by which tokens are issued and checked
 * @param clusterClock by which the cluster waits and Azure's changes spread
 */
public record Tenant(
        Directory directory,
        List<ManagedIdentity> identities,
        List<Application> applications,
        BlobStore blobs,
        @Nullable Duration tokenLifetime,
        Clock clock,
        EmulatorClock clusterClock,
        WorkloadPlan workloads,
        PodIdentityPlan podIdentity) {

    private static final Duration ENTRA_LIFETIME = Duration.ofHours(1);
    private static final Duration IMDS_LIFETIME = Duration.ofHours(24);

    public Duration entraLifetime() {
        return tokenLifetime == null ? ENTRA_LIFETIME : tokenLifetime;
    }

    public Duration imdsLifetime() {
        return tokenLifetime == null ? IMDS_LIFETIME : tokenLifetime;
    }
}
