package io.podidentity.emulator.plan;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.nmi.NmiSettings;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster's pod identity is to be.
 *
 * @param problems of the manifests, one line each
 * @param nmi version and flags; the profile may be one without NMI
 * @param everyoneReads whether each principal may read blobs
 */
public record PodIdentityPlan(Cluster cluster, List<String> problems, NmiSettings nmi, boolean everyoneReads) {

    public PodIdentityPlan {
        problems = List.copyOf(problems);
    }

    /**
     * Reads the manifests.
     *
     * @param profile null for 1.5.4, or, if nothing in the cluster asks for pod identity, for none
     * @param settings null for those of the profile
     * @throws io.podidentity.emulator.manifest.ManifestException if one cannot be read
     */
    static PodIdentityPlan of(
            Cluster given,
            List<Path> paths,
            @Nullable Profile profile,
            @Nullable NmiSettings settings,
            boolean everyoneReads) {
        Profile decoding = settings == null ? profile : settings.rules().profile();
        Manifests read = read(decoding == null ? Profile.V1_5_4 : decoding, paths);
        Cluster cluster = given.with(read.cluster().all());
        NmiSettings nmi =
                settings == null ? NmiSettings.of(decoding == null ? Profile.fitting(cluster) : decoding) : settings;
        return new PodIdentityPlan(cluster, read.notes(), nmi, everyoneReads);
    }

    private static Manifests read(Profile profile, List<Path> paths) {
        return paths.isEmpty()
                ? new Manifests(Cluster.EMPTY, List.of(), List.of(), List.of())
                : new ManifestReader(profile)
                        .read(paths.stream().map(Path::toString).toList(), InputStream.nullInputStream());
    }

    public Profile profile() {
        return nmi.rules().profile();
    }

    /** The tenant of the first service principal, if there is one. */
    Optional<String> tenantId() {
        return cluster.identities().stream()
                .map(AzureIdentity::tenantId)
                .filter(tenant -> !tenant.isEmpty())
                .findFirst();
    }

    List<String> auxiliaryTenantIds() {
        return cluster.identities().stream()
                .flatMap(identity -> identity.auxiliaryTenantIds().stream())
                .distinct()
                .toList();
    }
}
