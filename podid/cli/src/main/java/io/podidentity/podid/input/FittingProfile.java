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
 * The profile that manifests were written for, and what tells so.
 *
 * @param evidence what tells so, in a few words; {@code {}} stands for where the manifests are
 * @param isGuess whether nobody has named it
 */
public record FittingProfile(Profile profile, String evidence, boolean isGuess) {

    private static final String GROUP = "aadpodidentity.k8s.io";
    private static final Pattern NMI = Pattern.compile("(?:^|.*/)nmi:v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /** One that a user has named on the command line. */
    public static FittingProfile asked(Profile profile) {
        return new FittingProfile(profile, "--profile", false);
    }

    /**
     * The one that a configuration names, if it does.
     *
     * @throws ManifestException if there is no profile of that name
     */
    static Optional<FittingProfile> configured(FieldLocation settings) {
        FieldLocation field = settings.at("profile");
        try {
            return field.exists()
                    ? Optional.of(new FittingProfile(Profile.of(field.text()), "configured", false))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new ManifestException(field.position(), String.valueOf(e.getMessage()));
        }
    }

    /** What tells so, in a few words. */
    public String reason() {
        return reason("in the files");
    }

    public String reason(String place) {
        return evidence.replace("{}", place);
    }

    /**
     * Of NMI itself where it is among them, else the last one. An old spelling of fields tells nothing: what anybody
     * can install today does not know it.
     */
    public static FittingProfile of(List<Manifest> manifests) {
        return manifests.stream().flatMap(FittingProfile::nmi).findFirst().orElseGet(() -> byObjects(manifests));
    }

    /** NMI itself stands in the files. */
    private static Stream<FittingProfile> nmi(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        Stream<FieldLocation> containers =
                manifest.pods().stream().flatMap(place -> object.at(place.spec()).at("containers").items().stream());
        return containers.flatMap(container -> {
            Matcher image = NMI.matcher(container.at("image").text());
            boolean managed =
                    container.at("args").itemTexts().stream().anyMatch(arg -> arg.matches("-+operation-mode=managed"));
            return !image.matches()
                    ? Stream.empty()
                    : Stream.of(new FittingProfile(
                            managed ? Profile.MANAGED : version(image), "NMI's image is " + image.group(), true));
        });
    }

    private static Profile version(Matcher image) {
        int version = Integer.parseInt(image.group(1)) * 100 + Integer.parseInt(image.group(2));
        return version < 106 ? Profile.V1_5_4 : version < 108 ? Profile.V1_6_3 : Profile.V1_8_17;
    }

    private static FittingProfile byObjects(List<Manifest> manifests) {
        List<FieldLocation> own = manifests.stream()
                .filter(manifest -> manifest.group().equals(GROUP))
                .map(FieldLocation::of)
                .toList();
        // As the manifests of AAD Pod Identity itself install its kinds.
        List<Manifest> definitions = manifests.stream()
                .filter(manifest -> manifest.kind().equals("CustomResourceDefinition"))
                .filter(manifest ->
                        FieldLocation.of(manifest).at("spec", "group").text().equals(GROUP))
                .toList();
        if (own.isEmpty()
                && definitions.isEmpty()
                && manifests.stream().noneMatch(FittingProfile::isLabelled)
                && IdentityReference.findAll(manifests, List.of()).stream().noneMatch(one -> one.way() == Way.NMI)) {
            return new FittingProfile(Profile.WORKLOAD_IDENTITY, "nothing of AAD Pod Identity is {}", true);
        }
        return definitions.stream().anyMatch(manifest -> manifest.apiVersion().endsWith("/v1beta1"))
                ? new FittingProfile(
                        Profile.V1_6_3, "its CustomResourceDefinitions are of v1beta1, as before 1.8.0", true)
                : new FittingProfile(Profile.V1_8_17, "the last version of AAD Pod Identity", true);
    }

    /** Whether a workload has the label, itself or on its pods. */
    private static boolean isLabelled(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        Stream<FieldLocation> ofPods = manifest.pods().stream()
                .flatMap(place -> place.labels().stream().map(object::at));
        return !manifest.pods().isEmpty()
                && Stream.concat(ofPods, Stream.of(object.at("metadata", "labels")))
                        .anyMatch(labels -> labels.at(Pod.BINDING_LABEL).exists());
    }
}
