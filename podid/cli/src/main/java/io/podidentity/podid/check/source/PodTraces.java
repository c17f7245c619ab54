// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.PodTrace.Sign;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The traces of pods in all objects of a cluster that no known place describes. Immutable. */
public final class PodTraces {

    private final List<PodTrace> all;

    private PodTraces(List<PodTrace> all) {
        this.all = all;
    }

    /**
     * Finds those that may concern an identity: of service accounts those that have one, and of releases those whose
     * manifests are not among the objects.
     *
     * @param skipped what of the input was not read
     */
    public static PodTraces of(List<Manifest> manifests, List<Skipped> skipped) {
        Set<String> unrendered = skipped.stream()
                .filter(input -> input.kind() == Skipped.Kind.RELEASE)
                .map(Skipped::place)
                .collect(Collectors.toSet());
        Set<ObjectName> annotated = manifests.stream()
                .filter(PodTraces::isAnnotatedAccount)
                .map(Manifest::name)
                .collect(Collectors.toSet());
        return new PodTraces(manifests.stream()
                .filter(manifest -> !manifest.isEncrypted())
                // A release that was rendered has its pods among the objects.
                .filter(manifest -> !manifest.isRelease() || unrendered.contains(placeOf(manifest)))
                .flatMap(manifest -> PodTrace.findAll(manifest).stream())
                .filter(trace -> trace.sign() != Sign.ACCOUNT || annotated.contains(account(trace)))
                .toList());
    }

    private static boolean isAnnotatedAccount(Manifest manifest) {
        return manifest.kind().equals("ServiceAccount")
                && FieldLocation.of(manifest)
                        .at("metadata", "annotations", Keys.CLIENT_ID)
                        .exists();
    }

    private static String placeOf(Manifest manifest) {
        return manifest.content().position().toString();
    }

    private static ObjectName account(PodTrace trace) {
        return new ObjectName(trace.manifest().name().namespace(), trace.value());
    }

    /** All traces, in the order of the objects. */
    public List<PodTrace> all() {
        return all;
    }

    /** The same as inputs that are not looked at: one for each object, at the first of its traces. */
    public List<Skipped> skipped() {
        Map<String, List<PodTrace>> byObject = all.stream()
                .collect(Collectors.groupingBy(
                        trace -> trace.manifest().toString(), LinkedHashMap::new, Collectors.toList()));
        return byObject.entrySet().stream()
                .map(object -> skipped(object.getKey(), object.getValue()))
                .toList();
    }

    private static Skipped skipped(String object, List<PodTrace> traces) {
        String found = traces.stream()
                .map(trace -> trace.sign().noun() + " at " + trace.location().path())
                .distinct()
                .limit(3)
                .collect(Collectors.joining(", "));
        boolean describesPods = !traces.get(0).manifest().pods().isEmpty();
        String unknown = describesPods ? "they are" : "it makes";
        return new Skipped(
                traces.get(0).location().position().toString(),
                object + " has " + found + ", where podid does not know which pods "
                        + unknown
                        + "; .podid.yaml can name the path to its pod template below podTemplates",
                Skipped.Kind.WORKLOAD);
    }
}
