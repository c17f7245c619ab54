// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.input;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The profile that manifests were written for, and what tells so. Immutable.
 *
 * @param evidence what tells so, in a few words; {@value #PLACE} stands for where the manifests are
 * @param isGuess whether the manifests tell so; otherwise the user has named the profile
 */
public record FittingProfile(Profile profile, String evidence, boolean isGuess) {

    private static final String PLACE = "{}";
    private static final String GROUP = "aadpodidentity.k8s.io";
    /** The image of NMI from any registry, with its major and its minor version. */
    private static final Pattern NMI_IMAGE =
            Pattern.compile("(?:^|.*/)nmi:v?(?<major>\\d+)\\.(?<minor>\\d+)(?:\\.\\d+)?.*");

    /** The profile that a user has named on the command line. */
    public static FittingProfile ofOption(Profile profile) {
        return new FittingProfile(profile, "--profile", false);
    }

    /**
     * The profile that a configuration names; empty if it names none.
     *
     * @throws ManifestException if there is no profile of that name
     */
    static Optional<FittingProfile> ofConfiguration(FieldLocation settings) {
        FieldLocation field = settings.at("profile");
        if (!field.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FittingProfile(Profile.of(field.text()), "configured", false));
        } catch (IllegalArgumentException e) {
            throw new ManifestException(field.position(), String.valueOf(e.getMessage()));
        }
    }

    /** What tells so, in a few words, about manifests in files. */
    public String reason() {
        return reason("in the files");
    }

    /**
     * What tells so, in a few words, about manifests in another place.
     *
     * @param place where the manifests are, such as {@code in the cluster}
     */
    public String reason(String place) {
        return evidence.replace(PLACE, place);
    }

    /**
     * Guesses the profile: that of NMI itself where NMI is among the manifests, else the last one that fits. An old
     * spelling of fields tells nothing: what anybody can install today does not know it.
     */
    public static FittingProfile of(List<Manifest> manifests) {
        return manifests.stream()
                .flatMap(FittingProfile::containers)
                .flatMap(container -> ofNmi(container).stream())
                .findFirst()
                .orElseGet(() -> ofObjects(manifests));
    }

    /** The containers of all pods that a manifest describes. */
    private static Stream<FieldLocation> containers(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        return manifest.pods().stream()
                .map(place -> object.at(place.spec()).at("containers"))
                .flatMap(containers -> containers.items().stream());
    }

    /** The profile of NMI, if that is what runs in the container. */
    private static Optional<FittingProfile> ofNmi(FieldLocation container) {
        Matcher image = NMI_IMAGE.matcher(container.at("image").text());
        if (!image.matches()) {
            return Optional.empty();
        }
        boolean isManaged =
                container.at("args").itemTexts().stream().anyMatch(arg -> arg.matches("-+operation-mode=managed"));
        Profile profile = isManaged ? Profile.MANAGED : profileOfVersion(image);
        return Optional.of(new FittingProfile(profile, "NMI's image is " + image.group(), true));
    }

    /** A profile stands for all versions from its own up to the next profile: that of 1.6.3 for 1.7, too. */
    private static Profile profileOfVersion(Matcher image) {
        int version = Integer.parseInt(image.group("major")) * 100 + Integer.parseInt(image.group("minor"));
        if (version < 106) {
            return Profile.V1_5_4;
        }
        if (version < 108) {
            return Profile.V1_6_3;
        }
        return Profile.V1_8_17;
    }

    private static FittingProfile ofObjects(List<Manifest> manifests) {
        List<Manifest> definitions = manifests.stream()
                .filter(FittingProfile::definesKindOfPodIdentity)
                .toList();
        if (definitions.isEmpty() && !usesPodIdentity(manifests)) {
            return new FittingProfile(Profile.WORKLOAD_IDENTITY, "nothing of AAD Pod Identity is " + PLACE, true);
        }
        if (definitions.stream().anyMatch(manifest -> manifest.apiVersion().endsWith("/v1beta1"))) {
            return new FittingProfile(
                    Profile.V1_6_3, "its CustomResourceDefinitions are of v1beta1, as before 1.8.0", true);
        }
        return new FittingProfile(Profile.V1_8_17, "the last version of AAD Pod Identity", true);
    }

    /** Whether it is one of the definitions with which AAD Pod Identity installs its kinds. */
    private static boolean definesKindOfPodIdentity(Manifest manifest) {
        return manifest.kind().equals("CustomResourceDefinition")
                && FieldLocation.of(manifest).at("spec", "group").text().equals(GROUP);
    }

    private static boolean usesPodIdentity(List<Manifest> manifests) {
        boolean hasObject =
                manifests.stream().anyMatch(manifest -> manifest.group().equals(GROUP));
        return hasObject
                || manifests.stream().anyMatch(FittingProfile::isLabelled)
                || IdentityReference.findAll(manifests, List.of()).stream()
                        .anyMatch(reference -> reference.way() == Way.NMI);
    }

    /** Whether a workload has the label, itself or on its pods. */
    private static boolean isLabelled(Manifest manifest) {
        if (manifest.pods().isEmpty()) {
            return false;
        }
        FieldLocation object = FieldLocation.of(manifest);
        Stream<FieldLocation> labelsOfPods = manifest.pods().stream()
                .flatMap(place -> place.labels().stream())
                .map(object::at);
        Stream<FieldLocation> labelsOfObject = Stream.of(object.at("metadata", "labels"));
        return Stream.concat(labelsOfPods, labelsOfObject)
                .anyMatch(labels -> labels.at(Pod.BINDING_LABEL).exists());
    }
}
