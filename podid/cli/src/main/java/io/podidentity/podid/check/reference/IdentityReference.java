// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.podid.check.reference.ReferringKind.Sign;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An object by which something else than the program of a pod uses an Azure identity.
 *
 * @param settings what decides on it
 * @param place where to point to, in the object's own file
 * @param sign by which the way to a token was told
 * @param runners pods that get the token for it; none if they are not in the files
 */
public record IdentityReference(
        ReferringKind kind,
        FieldLocation object,
        FieldLocation settings,
        FieldLocation place,
        Sign sign,
        List<PodSource> runners) {

    /** All of them but those that use a secret. */
    public static List<IdentityReference> of(List<Manifest> objects, List<PodSource> pods) {
        return objects.stream()
                .filter(one -> !one.isEncrypted())
                .flatMap(manifest ->
                        ReferringKind.of(manifest).flatMap(kind -> of(kind, FieldLocation.of(manifest), pods)))
                .filter(one -> one.sign().way() != Way.SECRET)
                .toList();
    }

    private static Stream<IdentityReference> of(ReferringKind kind, FieldLocation object, List<PodSource> pods) {
        List<PodSource> runners =
                pods.stream().filter(pod -> kind.runs().test(pod, object)).toList();
        return at(object, kind.settings())
                .flatMap(settings -> kind.signs().stream()
                        .filter(sign -> sign.isIn(settings))
                        .limit(1)
                        .map(sign -> new IdentityReference(
                                kind, object, settings, place(object, kind, settings, sign), sign, runners)));
    }

    private static FieldLocation place(FieldLocation object, ReferringKind kind, FieldLocation settings, Sign sign) {
        return kind.isInText()
                ? at(object, kind.place()).findFirst().orElse(object)
                : sign.field().isEmpty() ? settings : settings.at(sign.field());
    }

    static Stream<FieldLocation> at(FieldLocation start, String path) {
        Stream<FieldLocation> found = Stream.of(start);
        for (String key : path.split("/", -1)) {
            found = found.flatMap(one -> switch (key) {
                case "[]" -> one.items().stream();
                case "{}" -> within(one);
                default -> Stream.of(one.like(key));
            });
        }
        return found.filter(FieldLocation::exists);
    }

    /** The documents in a text; none if it is neither YAML nor Base64 of it. */
    static Stream<FieldLocation> within(FieldLocation text) {
        try {
            String plain = text.path().startsWith("data")
                    ? new String(Base64.getMimeDecoder().decode(text.text()), StandardCharsets.UTF_8)
                    : text.text();
            return YamlReader.read(text.object().toString(), plain).stream()
                    .map(document -> FieldLocation.of(text.object(), document));
        } catch (ManifestException | IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    public Way way() {
        return sign.way();
    }

    /** Whether the pods that mount it are what uses it. */
    public boolean isMounted() {
        return kind.runner().equals(ReferringKind.MOUNTING);
    }

    /** Whether it says so, even if it says more. */
    public boolean has(Way way) {
        return kind.signs().stream().anyMatch(one -> one.way() == way && one.isIn(settings));
    }

    /** The client ID that the object names, or a secret for it; missing if it names none. */
    public FieldLocation clientId() {
        return settings.at(Arrays.asList(sign.clientId().split("/", -1)));
    }

    /** Where to point to for a field of the settings. */
    public FieldLocation place(FieldLocation field) {
        return kind.isInText() ? place : field;
    }

    /** The service account that the object names; its namespace is empty where each namespace may have one. */
    public Optional<ObjectName> account() {
        FieldLocation named = settings.at(kind.account());
        String name = named.text() + named.at("name").text();
        String ofAccount = isOfCluster() ? named.at("namespace").text() : namespace();
        return name.isEmpty() ? Optional.empty() : Optional.of(new ObjectName(ofAccount, name));
    }

    /** Empty of an object of the cluster. */
    public String namespace() {
        return isOfCluster() ? "" : object.object().namespace();
    }

    private boolean isOfCluster() {
        return object.object().kind().startsWith("Cluster");
    }

    /** Whether what the pod runs as is used by others than the pod's program, who need no webhook. */
    public boolean takesAccountOf(PodSource pod) {
        return way() == Way.WORKLOAD
                && (account()
                                .filter(one -> one.name().equals(pod.serviceAccount()))
                                .filter(one -> one.namespace().isEmpty()
                                        || one.namespace().equals(pod.namespace()))
                                .isPresent()
                        || (kind.account().equals(ReferringKind.OF_RUNNER) && runners.contains(pod)));
    }

    /** Whether the webhook must have changed what gets the token. */
    public boolean needsWebhook() {
        return way() == Way.WORKLOAD && account().isEmpty() && !kind.account().equals(ReferringKind.OF_RUNNER);
    }
}
