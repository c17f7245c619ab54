// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodTrace;
import io.podidentity.podid.check.source.PodTrace.Sign;
import io.podidentity.podid.check.source.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The label of pod identity where no pod was read: in objects of an unknown shape, and in what was not read at all. The
 * bindings that such pods may need must stay. Immutable.
 *
 * @param traces the label in objects that were read
 * @param duplicates the label in objects whose name another object has too, of which a cluster can only have one
 * @param unread what was not read and mentions the label, or may have it
 */
record UnseenLabels(List<PodTrace> traces, List<FieldLocation> duplicates, List<Skipped> unread) {

    static UnseenLabels find(RuleContext context) {
        return new UnseenLabels(
                context.traces().all().stream()
                        .filter(trace -> trace.sign() == Sign.BINDING_LABEL)
                        .toList(),
                findDuplicates(context),
                context.missed().stream().filter(UnseenLabels::mayHaveLabel).toList());
    }

    private static List<FieldLocation> findDuplicates(RuleContext context) {
        Set<Position> read =
                context.pods().stream().map(pod -> pod.manifest().position()).collect(Collectors.toSet());
        Map<String, Long> countByName = context.manifests().objects().stream()
                .collect(Collectors.groupingBy(Manifest::toString, Collectors.counting()));
        return context.manifests().objects().stream()
                .filter(manifest -> countByName.getOrDefault(manifest.toString(), 0L) > 1)
                .filter(manifest -> !read.contains(manifest.content().position()))
                .flatMap(UnseenLabels::findLabels)
                .toList();
    }

    private static Stream<FieldLocation> findLabels(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        return manifest.pods().stream()
                .flatMap(place -> place.labels().stream())
                .map(object::at)
                .map(labels -> labels.at(Pod.BINDING_LABEL))
                .filter(FieldLocation::exists);
    }

    private static boolean mayHaveLabel(Skipped skipped) {
        return switch (skipped.kind()) {
            case ENCRYPTED, PLACEHOLDER, RELEASE, WORKLOAD, OTHER -> false;
            // What they are made of may be on other machines, be put together from values, or be anything.
            case KUSTOMIZATION, CHART, FOLDER -> true;
            case FILE, TEMPLATE, PATCH ->
                mentionsLabel(Path.of(skipped.position().file()));
        };
    }

    private static boolean mentionsLabel(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try {
            return ManifestFiles.content(file).contains(Pod.BINDING_LABEL);
        } catch (ManifestException notText) {
            // An archive or an image, in which nobody writes labels.
            return false;
        }
    }

    /** Whether a pod that was not read may need the binding. */
    boolean mayNeed(AzureIdentityBinding binding) {
        if (!unread.isEmpty()) {
            return true;
        }
        Stream<String> labels = Stream.concat(
                traces.stream().map(PodTrace::value), duplicates.stream().map(FieldLocation::text));
        return labels.anyMatch(label -> !Value.isFinal(label) || label.equals(binding.selector()));
    }

    /** What a person must look at in objects, in sentences without a full stop. */
    List<String> asks() {
        Stream<String> aboutTraces = traces.stream().map(UnseenLabels::askAbout);
        Stream<String> aboutDuplicates = duplicates.stream().map(UnseenLabels::askAboutDuplicate);
        return Stream.concat(aboutTraces, aboutDuplicates).distinct().toList();
    }

    private static String askAbout(PodTrace trace) {
        return trace.manifest() + " (" + trace.location().position() + ") has the label " + Pod.BINDING_LABEL + " at "
                + trace.location().path()
                + ", where podid does not know its pods: change it by hand. Its binding and identity stay";
    }

    private static String askAboutDuplicate(FieldLocation label) {
        return label.object() + " (" + label.position() + ") has the label " + Pod.BINDING_LABEL
                + " and is not moved: another object has its name, and that one is moved. Leave one of the two"
                + " out with --exclude, or change it by hand. Its binding and identity stay";
    }

    /** What a person must look at in the parts of the input that were not read, in sentences without a full stop. */
    List<String> asksAboutInput() {
        return unread.stream().map(UnseenLabels::askAbout).distinct().toList();
    }

    private static String askAbout(Skipped skipped) {
        return skipped.place() + " was not read (" + skipped.reason() + "), and its pods may have the label "
                + Pod.BINDING_LABEL + ": mend it, or change it by hand. All bindings and identities stay";
    }

    boolean isEmpty() {
        return traces.isEmpty() && duplicates.isEmpty() && unread.isEmpty();
    }
}
