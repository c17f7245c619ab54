// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.reference.ReferringKind.Sign;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An object through which something other than the program of a pod uses an Azure identity. Immutable.
 *
 * @param settings the fields that decide on the identity
 * @param place where findings point to, in the object's own file
 * @param sign the field that told the way to a token
 * @param runners pods that get the token for the object; none if they are not in the files
 */
public record IdentityReference(
        ReferringKind kind,
        FieldLocation object,
        FieldLocation settings,
        FieldLocation place,
        Sign sign,
        List<PodSource> runners) {

    /** Finds all references but those that use a secret, which need no identity. */
    public static List<IdentityReference> findAll(List<Manifest> objects, List<PodSource> pods) {
        return objects.stream()
                // The settings of an encrypted object cannot be read.
                .filter(object -> !object.isEncrypted())
                .flatMap(object -> findIn(object, pods))
                .filter(reference -> reference.way() != Way.SECRET)
                .toList();
    }

    private static Stream<IdentityReference> findIn(Manifest manifest, List<PodSource> pods) {
        FieldLocation object = FieldLocation.of(manifest);
        return ReferringKinds.findAll(manifest).flatMap(kind -> findOfKind(kind, object, pods));
    }

    private static Stream<IdentityReference> findOfKind(
            ReferringKind kind, FieldLocation object, List<PodSource> pods) {
        List<PodSource> runners =
                pods.stream().filter(pod -> kind.isRunBy(pod, object)).toList();
        return kind.settings()
                .findSettings(object)
                .flatMap(settings -> createIfSigned(kind, object, settings, runners).stream());
    }

    private static Optional<IdentityReference> createIfSigned(
            ReferringKind kind, FieldLocation object, FieldLocation settings, List<PodSource> runners) {
        return kind.findSign(settings)
                .map(sign -> new IdentityReference(
                        kind, object, settings, findPlace(kind, object, settings, sign), sign, runners));
    }

    /** A field inside a text has no position of its own in the file, so findings point to the text. */
    private static FieldLocation findPlace(
            ReferringKind kind, FieldLocation object, FieldLocation settings, Sign sign) {
        if (kind.settings().isInText()) {
            return kind.settings().findHolders(object).findFirst().orElse(object);
        }
        return sign.locate(settings);
    }

    public Way way() {
        return sign.way();
    }

    /** Whether the pods that mount the object are what uses the identity. */
    public boolean isMounted() {
        return kind.isMounted();
    }

    /** Whether the settings have a sign of that way, even if another sign comes before it. */
    public boolean hasSign(Way way) {
        return kind.signs().stream().anyMatch(candidate -> candidate.way() == way && candidate.isIn(settings));
    }

    /** The client ID that the object names, or a secret for it; a missing field if it names none. */
    public FieldLocation clientId() {
        return sign.findClientId(settings).orElseGet(() -> settings.at(""));
    }

    /** Where to point to for a field of the settings. */
    public FieldLocation placeOf(FieldLocation field) {
        return kind.settings().isInText() ? place : field;
    }

    /** The field that names a service account; empty if the kind has no such field. */
    public Optional<FieldLocation> accountField() {
        return kind.accountField().map(settings::at);
    }

    /** The service account that the object names; its namespace is empty where each namespace may have one. */
    public Optional<ObjectName> account() {
        return accountField().flatMap(this::readAccount);
    }

    /** Some products write the name itself into the field, others an object with a name and a namespace. */
    private Optional<ObjectName> readAccount(FieldLocation field) {
        String name = field.text() + field.at("name").text();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        // Only an object of the cluster may name the account of another namespace.
        String ofAccount = isOfCluster() ? field.at("namespace").text() : namespace();
        return Optional.of(new ObjectName(ofAccount, name));
    }

    /** The object's namespace; empty for an object of the cluster. */
    public String namespace() {
        return isOfCluster() ? "" : object.object().namespace();
    }

    private boolean isOfCluster() {
        return object.object().kind().startsWith("Cluster");
    }

    /** Whether the pod's service account is there for a driver or an operator, which needs no webhook. */
    public boolean takesAccountOf(PodSource pod) {
        if (way() != Way.WORKLOAD) {
            return false;
        }
        boolean isRunner = kind.usesAccountOfRunner() && runners.contains(pod);
        return isRunner
                || account().filter(account -> isAccountOf(pod, account)).isPresent();
    }

    private static boolean isAccountOf(PodSource pod, ObjectName account) {
        return account.name().equals(pod.serviceAccount())
                && (account.namespace().isEmpty() || account.namespace().equals(pod.namespace()));
    }

    /** Whether the webhook must have changed what gets the token. */
    public boolean needsWebhook() {
        return way() == Way.WORKLOAD && account().isEmpty() && !kind.usesAccountOfRunner();
    }
}
