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
    public static List<Skipped> findObjects(List<Manifest> manifests) {
        return manifests.stream()
                .filter(manifest -> !manifest.isEncrypted())
                .flatMap(manifest -> describeUnfilled(manifest).stream())
                .toList();
    }

    private static Optional<Skipped> describeUnfilled(Manifest manifest) {
        List<FieldLocation> unfilled = findUnfilled(manifest).distinct().toList();
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

    private static Stream<FieldLocation> findUnfilled(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        Stream<FieldLocation> ofPods = manifest.pods().stream().flatMap(place -> listFieldsOfPod(object, place));
        Stream<FieldLocation> unfilled =
                Stream.concat(listFieldsOfObject(manifest, object), ofPods).filter(UnfilledValues::isUnfilled);
        Stream<FieldLocation> ofReferences =
                ReferringKinds.findAll(manifest).flatMap(kind -> findUnfilledReferences(object, kind));
        return Stream.concat(unfilled, ofReferences);
    }

    /** The fields of an object of aad-pod-identity or of a service account. */
    private static Stream<FieldLocation> listFieldsOfObject(Manifest manifest, FieldLocation object) {
        if (manifest.group().equals(POD_IDENTITY)) {
            return Stream.concat(listNames(object), object.at("spec").texts().stream());
        }
        if (manifest.kind().equals("ServiceAccount")) {
            return Stream.concat(listNames(object), object.at("metadata", "annotations").texts().stream());
        }
        return Stream.empty();
    }

    private static Stream<FieldLocation> listNames(FieldLocation object) {
        return Stream.of(object.at("metadata", "name"), object.at("metadata", "namespace"));
    }

    private static Stream<FieldLocation> listFieldsOfPod(FieldLocation object, PodPlace place) {
        Stream<FieldLocation> annotations = place.annotations().stream()
                .flatMap(path -> object.at(path).fields().stream())
                .filter(field -> field.key().startsWith(OF_WORKLOAD_IDENTITY));
        Stream<FieldLocation> accounts = place.accounts().stream().map(object::at);
        return Stream.of(listLabels(object, place), annotations, accounts, listVariables(object, place))
                .flatMap(fields -> fields);
    }

    /** The labels that choose an identity, with the namespace, in which the identity is looked for. */
    private static Stream<FieldLocation> listLabels(FieldLocation object, PodPlace place) {
        List<FieldLocation> labels = place.labels().stream()
                .map(object::at)
                .flatMap(ofPod -> Stream.of(ofPod.at(Pod.BINDING_LABEL), ofPod.at(Keys.USE)))
                .filter(FieldLocation::exists)
                .toList();
        if (labels.isEmpty()) {
            return Stream.empty();
        }
        return Stream.concat(labels.stream(), Stream.of(object.at("metadata", "namespace")));
    }

    private static Stream<FieldLocation> listVariables(FieldLocation object, PodPlace place) {
        return Stream.of("initContainers", "containers")
                .flatMap(list -> object.at(place.spec()).at(list).items().stream())
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> VARIABLES.contains(variable.at("name").text()))
                .map(variable -> variable.at("value"));
    }

    private static Stream<FieldLocation> findUnfilledReferences(FieldLocation object, ReferringKind kind) {
        if (kind.settings().isInText()) {
            return kind.settings().findHolders(object).filter(UnfilledValues::hasUnfilledDocument);
        }
        return kind.settings()
                .findSettings(object)
                .flatMap(settings -> listFieldsOfSettings(kind, settings))
                .filter(UnfilledValues::isUnfilled);
    }

    private static Stream<FieldLocation> listFieldsOfSettings(ReferringKind kind, FieldLocation settings) {
        Stream<FieldLocation> deciding =
                kind.signs().stream().flatMap(sign -> sign.field().stream()).map(settings::at);
        Stream<FieldLocation> ofIdentity =
                kind.findSign(settings).stream().flatMap(sign -> listFieldsOfIdentity(sign, settings));
        Stream<FieldLocation> ofAccount =
                kind.accountField().map(settings::at).stream().flatMap(field -> Stream.of(field, field.at("name")));
        return Stream.of(deciding, ofIdentity, ofAccount).flatMap(fields -> fields);
    }

    /** With a secret the tenant decides on no identity. */
    private static Stream<FieldLocation> listFieldsOfIdentity(Sign sign, FieldLocation settings) {
        Stream<FieldLocation> clientId = sign.findClientId(settings).stream();
        if (sign.way() == Way.SECRET) {
            return clientId;
        }
        return Stream.concat(clientId, TENANTS.stream().map(settings::at));
    }

    /** Whether a text is a placeholder, or has one in the YAML or JSON that it is. */
    private static boolean hasUnfilledDocument(FieldLocation text) {
        return Value.isTemplated(text.text())
                || SettingsPath.readDocuments(text)
                        .flatMap(document -> document.texts().stream())
                        .anyMatch(UnfilledValues::isUnfilled);
    }

    private static boolean isUnfilled(FieldLocation field) {
        return Value.isTemplated(field.text()) || Value.isPlaceholder(field.text());
    }
}
