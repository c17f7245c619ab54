// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.PodPlace;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.ReferringKind.Sign;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the fields that decide on identities and have a placeholder as their value, so that nobody can tell what the
 * cluster gets.
 */
public final class UnfilledValues {

    private static final String POD_IDENTITY = "aadpodidentity.k8s.io";
    private static final String OF_WORKLOAD_IDENTITY = "azure.workload.identity/";
    private static final List<String> VARIABLES =
            List.of("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST");
    private static final List<String> TENANTS = List.of("tenantId", "tenantID");
    private static final int MAX_NAMED = 3;

    private UnfilledValues() {}

    /** The objects with such fields, each once, at the first of them. Values are not named: a Secret may have them. */
    public static List<Skipped> of(List<Manifest> manifests) {
        return manifests.stream()
                .filter(manifest -> !manifest.isEncrypted())
                .flatMap(manifest -> skipped(manifest).stream())
                .toList();
    }

    private static Optional<Skipped> skipped(Manifest manifest) {
        List<FieldLocation> unfilled = fields(manifest).distinct().toList();
        if (unfilled.isEmpty()) {
            return Optional.empty();
        }
        String paths = unfilled.stream()
                .map(FieldLocation::path)
                .distinct()
                .limit(MAX_NAMED)
                .collect(Collectors.joining(", "));
        return Optional.of(new Skipped(
                unfilled.get(0).position().toString(),
                manifest + " has placeholders, which stand for values that are put in later, at " + paths,
                Skipped.Kind.PLACEHOLDER));
    }

    private static Stream<FieldLocation> fields(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        Stream<FieldLocation> own = manifest.group().equals(POD_IDENTITY)
                ? Stream.concat(named(object), object.at("spec").texts().stream())
                : Stream.empty();
        Stream<FieldLocation> ofAccount = manifest.kind().equals("ServiceAccount")
                ? Stream.concat(named(object), object.at("metadata", "annotations").texts().stream())
                : Stream.empty();
        Stream<FieldLocation> ofPods = manifest.pods().stream().flatMap(place -> ofPod(object, place));
        Stream<FieldLocation> ofReferences = ReferringKind.of(manifest).flatMap(kind -> ofReference(object, kind));
        return Stream.concat(
                Stream.of(own, ofAccount, ofPods).flatMap(texts -> texts).filter(UnfilledValues::isUnfilled),
                ofReferences);
    }

    private static Stream<FieldLocation> named(FieldLocation object) {
        return Stream.of(object.at("metadata", "name"), object.at("metadata", "namespace"));
    }

    private static Stream<FieldLocation> ofPod(FieldLocation object, PodPlace place) {
        List<FieldLocation> labels = place.labels().stream()
                .flatMap(path -> Stream.of(
                        object.at(path).at(Pod.BINDING_LABEL), object.at(path).at(Keys.USE)))
                .filter(FieldLocation::exists)
                .toList();
        Stream<FieldLocation> namespace =
                labels.isEmpty() ? Stream.empty() : Stream.of(object.at("metadata", "namespace"));
        Stream<FieldLocation> annotations = place.annotations().stream()
                .flatMap(path -> object.at(path).fields().stream())
                .filter(field -> field.key().startsWith(OF_WORKLOAD_IDENTITY));
        Stream<FieldLocation> accounts = place.accounts().stream().map(object::at);
        Stream<FieldLocation> variables = Stream.of("initContainers", "containers")
                .flatMap(list -> object.at(place.spec()).at(list).items().stream())
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> VARIABLES.contains(variable.at("name").text()))
                .map(variable -> variable.at("value"));
        return Stream.of(labels.stream(), namespace, annotations, accounts, variables)
                .flatMap(fields -> fields);
    }

    private static Stream<FieldLocation> ofReference(FieldLocation object, ReferringKind kind) {
        if (kind.isInText()) {
            return IdentityReference.at(object, kind.place()).filter(UnfilledValues::hasUnfilledDocument);
        }
        return IdentityReference.at(object, kind.settings())
                .flatMap(settings -> ofSettings(kind, settings))
                .filter(UnfilledValues::isUnfilled);
    }

    private static Stream<FieldLocation> ofSettings(ReferringKind kind, FieldLocation settings) {
        Stream<FieldLocation> deciding = kind.signs().stream()
                .map(Sign::field)
                .filter(field -> !field.isEmpty())
                .map(settings::at);
        List<Sign> signs = kind.signs().stream()
                .filter(sign -> sign.isIn(settings))
                .limit(1)
                .toList();
        Stream<FieldLocation> clientIds = signs.stream()
                .filter(sign -> !sign.clientId().isEmpty())
                .map(sign -> settings.at(Arrays.asList(sign.clientId().split("/", -1))));
        boolean usesIdentity = signs.stream().anyMatch(sign -> sign.way() != Way.SECRET);
        Stream<FieldLocation> tenants = usesIdentity ? TENANTS.stream().map(settings::at) : Stream.empty();
        Stream<FieldLocation> accounts = Stream.of(settings.at(kind.account()), settings.at(kind.account(), "name"));
        return Stream.of(deciding, clientIds, tenants, accounts).flatMap(fields -> fields);
    }

    /** Whether a text is a placeholder, or has one in the YAML or JSON that it is. */
    private static boolean hasUnfilledDocument(FieldLocation text) {
        return Value.isTemplated(text.text())
                || IdentityReference.within(text)
                        .flatMap(document -> document.texts().stream())
                        .anyMatch(UnfilledValues::isUnfilled);
    }

    private static boolean isUnfilled(FieldLocation field) {
        return Value.isTemplated(field.text()) || Value.isPlaceholder(field.text());
    }
}
