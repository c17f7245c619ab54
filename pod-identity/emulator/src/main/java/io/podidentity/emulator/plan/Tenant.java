// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.entra.Lifetimes;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.WebhookVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the servers play.
 *
 * @param tokenLifetime null for the usual: a day for managed identities, an hour for all others
 * @param clock by which tokens are issued and checked
 * @param clusterClock by which the cluster waits and Azure's changes spread
 * @param problems of the manifests, one line each
 * @param nmi version and flags; the profile may be one without NMI
 * @param everyoneReads whether each principal may read blobs
 * @param trustsAnnotated whether each annotated service account is trusted by the identity that it names
 * @param bound the client IDs that identity bindings are for, with the subjects that each allows
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
        Map<String, Set<String>> bound,
        Optional<ActualCluster> actual) {

    /** A federated credential with the cluster's own issuer. */
    public record Trust(String clientId, String subject, String audience, Duration delay) {}

    private static final Lifetimes USUAL = new Lifetimes(Duration.ofHours(1), Duration.ofHours(24));

    public Lifetimes lifetimes() {
        return tokenLifetime == null ? USUAL : new Lifetimes(tokenLifetime, tokenLifetime);
    }

    public Profile profile() {
        return nmi.rules().profile();
    }
}
