package io.podidentity.emulator.cli;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.match.MatchRules;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which version is played, and with which flags of it. */
final class ProfileOptions {

    static final class ProfileConverter implements ITypeConverter<Profile> {

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
            defaultValue = "1.5.4",
            converter = ProfileConverter.class,
            description = "1.5.4, 1.6.3, 1.8.17, managed or workload-identity. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Profile profile;

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

    Profile profile() {
        return profile;
    }

    MatchRules rules() {
        return new MatchRules(profile, forceNamespaced || profile.forcesNamespaces(), micNamespace);
    }
}
