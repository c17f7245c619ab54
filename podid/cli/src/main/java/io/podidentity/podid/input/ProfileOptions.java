// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ExcludedPaths;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.reference.UnfilledValues;
import io.podidentity.podid.check.source.PodTraces;
import io.podidentity.podid.input.ManifestInput.Part;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * The options of commands that read manifests: which version of pod identity decides on them, with which
 * of its flags, and what is read.
 */
public final class ProfileOptions {

    /** Takes the name of a profile from the command line. */
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

    /** Whether the exit code is to be 2, since {@code --strict} refuses a verdict on a part of the input alone. */
    public boolean refusesPartOf(ManifestInput input) {
        return strict && !input.missed().isEmpty();
    }

    /** Whether the exit code is to be 2 if something could not be looked at. */
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
        ManifestInput input = read(
                paths,
                standardInput,
                settings,
                decoding -> reader(decoding, settings).withIdleWorkloads());
        if (input.objects().isEmpty()) {
            boolean isStandardInput = paths.equals(List.of(ManifestFiles.STANDARD_INPUT));
            String place = isStandardInput ? "standard input" : String.join(", ", paths);
            throw new ManifestException("There is no manifest in " + place + ", so there is nothing to judge");
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
        return read(paths, standardInput, settings, decoding -> reader(decoding, settings));
    }

    private ManifestInput read(
            List<String> paths,
            byte[] standardInput,
            InputSettings settings,
            Function<Profile, ManifestReader> readers) {
        Optional<FittingProfile> known =
                Optional.ofNullable(profile).map(FittingProfile::ofOption).or(settings::profile);
        // Which version fits shows only in what was read, so the last version reads first.
        Profile first = known.map(FittingProfile::profile).orElse(Profile.V1_8_17);
        List<Manifests> clusters = readers.apply(first).readApart(paths, new ByteArrayInputStream(standardInput));
        var parts = new ArrayList<Part>();
        for (Manifests manifests : clusters) {
            FittingProfile version = known.orElseGet(() -> FittingProfile.of(manifests.objects()));
            Manifests decoded = version.profile() == first
                    ? manifests
                    : readers.apply(version.profile()).decode(manifests);
            parts.add(new Part(decoded, version, rules(version.profile())));
        }
        parts.set(0, parts.get(0).withSkipped(skipped(parts)));
        return new ManifestInput(parts);
    }

    /** What the reader has skipped, and what it read of objects whose pods or identities cannot be told. */
    private static List<Skipped> skipped(List<Part> parts) {
        List<Skipped> skipped = parts.get(0).manifests().skipped();
        var all = new LinkedHashSet<>(skipped);
        for (Part part : parts) {
            all.addAll(UnfilledValues.findObjects(part.manifests().objects()));
        }
        for (Part part : parts) {
            all.addAll(PodTraces.of(part.manifests().objects(), skipped).skipped());
        }
        return List.copyOf(all);
    }

    /** A reader that decodes like a profile, and reads what the options and the settings say. */
    public ManifestReader reader(Profile decoding, InputSettings settings) {
        ManifestReader reader =
                new ManifestReader(decoding).withShapes(settings.shapes()).without(excluded(settings));
        if (loadRestrictor != null) {
            reader = reader.withLoadRestrictor(loadRestrictor);
        }
        if (allowRemote) {
            reader = reader.withRemote();
        }
        return reader;
    }

    /** The paths that are left out, by an option or by the configuration. */
    public ExcludedPaths excluded(InputSettings settings) {
        return ExcludedPaths.of(exclude).and(settings.excluded());
    }

    /** How the version of {@code --profile} matches; empty if the option is not given. */
    public Optional<MatchRules> rulesOfOption() {
        return Optional.ofNullable(profile).map(this::rules);
    }

    private MatchRules rules(Profile version) {
        return new MatchRules(version, forceNamespaced || version.forcesNamespaces(), micNamespace);
    }
}
