// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.reference.UnfilledValues;
import io.podidentity.podid.check.source.PodTraces;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which version is played, and with which flags of it. */
public final class ProfileOptions {

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
            description = "1.5.4, 1.6.3, 1.8.17, managed or workload-identity. Default: the one that fits the files.")
    private @Nullable Profile profile;

    @Option(
            names = "--force-namespaced",
            description = "Require that pod, binding and identity share a namespace, as --forceNamespaced of MIC"
                    + " and NMI does.")
    private boolean forceNamespaced;

    @Option(
            names = "--mic-namespace",
            paramLabel = "NAMESPACE",
            defaultValue = "default",
            description = "The namespace of MIC, as in NMI's --MICNamespace. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String micNamespace;

    @Option(
            names = "--load-restrictor",
            paramLabel = "WHICH",
            description = "Passed on to kubectl kustomize. LoadRestrictionsNone lets kustomizations read files"
                    + " outside of their folder.")
    private @Nullable String loadRestrictor;

    @Option(
            names = "--allow-remote",
            description = "Let kubectl kustomize fetch what kustomizations name of other machines. Without it such a"
                    + " kustomization is not looked at, and the network is not used.")
    private boolean allowRemote;

    @Option(
            names = "--exclude",
            paramLabel = "PATTERN",
            description = "Leave out files and folders that match, such as test/** or *-values.yaml; can be repeated.")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--strict",
            description = "Exit with code 2 if something could not be looked at, because it does not render, is"
                    + " encrypted, or is a template.")
    private boolean strict;

    /** Whether the exit code is 2, since the verdict would be one on a part only. */
    public boolean refusesPartOf(ManifestInput input) {
        return strict && !input.missed().isEmpty();
    }

    public boolean isStrict() {
        return strict;
    }

    /**
     * As {@link #read(List, byte[], InputSettings)}, for a verdict, which needs something to judge. A workload that is
     * scaled to zero is judged by its next pod.
     *
     * @throws ManifestException also if there is no manifest
     */
    public ManifestInput readToJudge(List<String> paths, byte[] standardInput, InputSettings settings) {
        ManifestInput input = read(paths, standardInput, settings, true);
        if (input.objects().isEmpty()) {
            throw new ManifestException("There is no manifest in "
                    + String.join(", ", paths).replaceAll("^-$", "standard input") + ", so there is nothing to judge");
        }
        return input;
    }

    /**
     * Reads manifests as the version decodes them: that of {@code --profile}, else the one that is configured, else the
     * one that fits what is read.
     *
     * @param paths files, folders, or {@code -} for {@code standardInput}
     * @throws ManifestException if they cannot be used
     */
    public ManifestInput read(List<String> paths, byte[] standardInput, InputSettings settings) {
        return read(paths, standardInput, settings, false);
    }

    private ManifestInput read(List<String> paths, byte[] standardInput, InputSettings settings, boolean toJudge) {
        Optional<FittingProfile> known =
                Optional.ofNullable(profile).map(FittingProfile::asked).or(settings::profile);
        Profile decoding = known.map(FittingProfile::profile).orElse(Profile.V1_8_17);
        Function<Profile, ManifestReader> readers =
                one -> toJudge ? reader(one, settings).withIdleWorkloads() : reader(one, settings);
        List<Manifests> clusters = readers.apply(decoding).readApart(paths, new ByteArrayInputStream(standardInput));
        List<FittingProfile> versions = clusters.stream()
                .map(one -> known.orElseGet(() -> FittingProfile.of(one.objects())))
                .toList();
        var fitting = new ArrayList<Manifests>();
        for (Manifests one : clusters) {
            Profile fits = versions.get(fitting.size()).profile();
            fitting.add(fits == decoding ? one : readers.apply(fits).decode(one));
        }
        fitting.set(0, fitting.get(0).withSkipped(skipped(fitting)));
        return new ManifestInput(
                fitting,
                versions,
                versions.stream().map(one -> rules(one.profile())).toList());
    }

    /** What the reader has skipped, and what it read of objects whose pods or identities cannot be told. */
    private static List<Skipped> skipped(List<Manifests> clusters) {
        List<Skipped> skipped = clusters.get(0).skipped();
        Stream<Skipped> unfilled = clusters.stream().flatMap(one -> UnfilledValues.find(one.objects()).stream());
        Stream<Skipped> untold =
                clusters.stream().flatMap(one -> PodTraces.of(one.objects(), skipped).skipped().stream());
        return Stream.of(skipped.stream(), unfilled, untold)
                .flatMap(found -> found)
                .distinct()
                .toList();
    }

    /** Reads as the profile decodes, what the options and the settings say is to be read. */
    public ManifestReader reader(Profile decoding, InputSettings settings) {
        ManifestReader reader =
                new ManifestReader(decoding).withShapes(settings.shapes()).without(excluded(settings));
        ManifestReader restricted = loadRestrictor == null ? reader : reader.withLoadRestrictor(loadRestrictor);
        return allowRemote ? restricted.withRemote() : restricted;
    }

    /** The paths that are left out, by an option or by the configuration. */
    public ExcludedPaths excluded(InputSettings settings) {
        return ExcludedPaths.of(exclude).and(settings.excluded());
    }

    /** How the version of {@code --profile} matches, if it is given. */
    public Optional<MatchRules> asked() {
        return Optional.ofNullable(profile).map(this::rules);
    }

    private MatchRules rules(Profile played) {
        return new MatchRules(played, forceNamespaced || played.forcesNamespaces(), micNamespace);
    }
}
