package io.podidentity.podid.input;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The profile that manifests were written for, and what tells so.
 *
 * @param evidence what tells so, in a few words; {@code {}} stands for where the manifests are
 * @param isGuess whether nobody has named it
 */
public record FittingProfile(Profile profile, String evidence, boolean isGuess) {

    /** The configuration, looked for in the working directory. */
    public static final Path CONFIGURATION = Path.of(".podid.yaml");

    private static final String GROUP = "aadpodidentity.k8s.io";
    private static final Pattern NMI = Pattern.compile("(?:^|.*/)nmi:v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

    /** Names that only the documents before 1.6.0 spelt so, and those since. */
    private static final Set<String> OLD =
            Set.of("ResourceID", "ClientID", "ClientPassword", "TenantID", "AzureIdentity", "Selector", "PodLabels");

    private static final Set<String> NEW =
            Set.of("resourceID", "clientID", "clientPassword", "tenantID", "azureIdentity", "selector", "podLabels");

    /** One that a user has named on the command line. */
    public static FittingProfile asked(Profile profile) {
        return new FittingProfile(profile, "--profile", false);
    }

    /**
     * The one that a configuration names, if it does.
     *
     * @throws ManifestException if there is no profile of that name
     */
    public static Optional<FittingProfile> configured(FieldLocation settings) {
        FieldLocation field = settings.at("profile");
        try {
            return field.exists()
                    ? Optional.of(new FittingProfile(Profile.of(field.text()), "configured", false))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new ManifestException(field.position(), String.valueOf(e.getMessage()));
        }
    }

    /** The one that the configuration of the working directory names, if there is one and it does. */
    public static Optional<FittingProfile> configuredHere() {
        return Files.isRegularFile(CONFIGURATION)
                ? FieldLocation.read(CONFIGURATION).stream().findFirst().flatMap(FittingProfile::configured)
                : Optional.empty();
    }

    /** What tells so, in a few words. */
    public String reason() {
        return reason("in the files");
    }

    public String reason(String place) {
        return evidence.replace("{}", place);
    }

    /** Of NMI itself where it is among them, else of how fields are spelt. */
    public static FittingProfile of(List<Manifest> manifests) {
        return manifests.stream()
                .map(FieldLocation::of)
                .flatMap(FittingProfile::nmi)
                .findFirst()
                .orElseGet(() -> bySpelling(manifests));
    }

    /** NMI itself stands in the files. */
    private static Stream<FittingProfile> nmi(FieldLocation object) {
        List<String> template = PodSource.templatePath(object.at("kind").text()).orElse(List.of());
        return object.at(template).at("spec", "containers").items().stream().flatMap(container -> {
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

    private static FittingProfile bySpelling(List<Manifest> manifests) {
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
                && IdentityReference.of(manifests, List.of()).stream().noneMatch(one -> one.way() == Way.NMI)) {
            return new FittingProfile(Profile.WORKLOAD_IDENTITY, "nothing of AAD Pod Identity is {}", true);
        }
        Set<String> keys = own.stream()
                .flatMap(object -> object.at("spec").keys().stream())
                .collect(Collectors.toSet());
        if (!Collections.disjoint(keys, OLD) && Collections.disjoint(keys, NEW)) {
            return new FittingProfile(Profile.V1_5_4, "the fields are spelt as before 1.6.0", true);
        }
        return definitions.stream().anyMatch(manifest -> manifest.apiVersion().endsWith("/v1beta1"))
                ? new FittingProfile(
                        Profile.V1_6_3, "its CustomResourceDefinitions are of v1beta1, as before 1.8.0", true)
                : new FittingProfile(Profile.V1_8_17, "the last version of AAD Pod Identity", true);
    }

    /** Whether a workload has the label, itself or on its pods. */
    private static boolean isLabelled(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        return PodSource.templatePath(manifest.kind())
                .filter(path -> Stream.of(object.at(path), object)
                        .anyMatch(one ->
                                one.at("metadata", "labels", Pod.BINDING_LABEL).exists()))
                .isPresent();
    }
}
