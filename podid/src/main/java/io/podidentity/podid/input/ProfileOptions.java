package io.podidentity.podid.input;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which version is played, and with which flags of it. */
public final class ProfileOptions {

    /** Knows a profile by its name. */
    public static final class ProfileConverter implements ITypeConverter<Profile> {

        @Override
        public Profile convert(String id) {
            try {
                return Profile.of(id);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            converter = ProfileConverter.class,
            description = "1.5.4, 1.6.3, 1.8.17, managed or workload-identity. Default: of podid check the one that"
                    + " fits the files; else 1.5.4, or workload-identity if the manifests contain nothing of pod"
                    + " identity.")
    private @Nullable Profile profile;

    @Option(
            names = "--force-namespaced",
            description = "Pod, binding and identity must share a namespace, as with --forceNamespaced of MIC and NMI.")
    private boolean forceNamespaced;

    @Option(
            names = "--mic-namespace",
            paramLabel = "NAMESPACE",
            defaultValue = "default",
            description = "Where MIC runs: NMI's --MICNamespace. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String micNamespace;

    /**
     * Reads manifests as the version decodes them.
     *
     * @param paths files, folders, or {@code -} for {@code standardInput}
     * @throws io.podidentity.emulator.manifest.ManifestException if they cannot be used
     */
    public Manifests read(List<String> paths, InputStream standardInput) {
        return new ManifestReader(profile == null ? Profile.V1_5_4 : profile).read(paths, standardInput);
    }

    /**
     * Reads manifests as the version decodes them, each kustomization and chart of a folder with several into a cluster
     * of its own.
     *
     * @return one at least; what was skipped is named by the first
     * @throws io.podidentity.emulator.manifest.ManifestException if they cannot be used
     */
    public List<Manifests> readApart(List<String> paths, InputStream standardInput) {
        return new ManifestReader(profile == null ? Profile.V1_5_4 : profile).readApart(paths, standardInput);
    }

    /** How that version matches; without {@code --profile} the version that fits the cluster. */
    public MatchRules rules(Cluster cluster) {
        return rules(profile == null ? Profile.fitting(cluster) : profile);
    }

    /** The profile that was asked for by {@code --profile}. */
    public Optional<Profile> asked() {
        return Optional.ofNullable(profile);
    }

    /** How that version matches. */
    public MatchRules rules(Profile played) {
        return new MatchRules(played, forceNamespaced || played.forcesNamespaces(), micNamespace);
    }
}
