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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The label of pod identity where no pod was read: in objects of an unknown shape, and in what was not read at all. The
 * bindings that such pods may need must stay. Immutable.
 *
 * @param traces in objects that were read
 * @param doubles the label in objects whose name another object has too, of which only one is taken for the cluster's
 * @param unread what was not read and mentions the label, or may have it
 */
record UnseenLabels(List<PodTrace> traces, List<FieldLocation> doubles, List<Skipped> unread) {

    static UnseenLabels of(RuleContext context) {
        return new UnseenLabels(
                context.traces().all().stream()
                        .filter(trace -> trace.sign() == Sign.BINDING_LABEL)
                        .toList(),
                doubles(context),
                context.missed().stream().filter(UnseenLabels::isUnread).toList());
    }

    private static List<FieldLocation> doubles(RuleContext context) {
        Set<Position> taken =
                context.pods().stream().map(pod -> pod.manifest().position()).collect(Collectors.toSet());
        Map<String, Long> written = context.manifests().objects().stream()
                .collect(Collectors.groupingBy(Manifest::toString, Collectors.counting()));
        return context.manifests().objects().stream()
                .filter(manifest -> written.getOrDefault(manifest.toString(), 0L) > 1)
                .filter(manifest -> !taken.contains(manifest.content().position()))
                .flatMap(UnseenLabels::labels)
                .toList();
    }

    private static Stream<FieldLocation> labels(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        return manifest.pods().stream()
                .flatMap(place -> place.labels().stream().map(object::at))
                .map(labels -> labels.at(Pod.BINDING_LABEL))
                .filter(FieldLocation::exists);
    }

    private static boolean isUnread(Skipped skipped) {
        return switch (skipped.kind()) {
            case ENCRYPTED, PLACEHOLDER, RELEASE, WORKLOAD, OTHER -> false;
            // What they are made of may be on other machines, be put together from values, or be anything.
            case KUSTOMIZATION, CHART, FOLDER -> true;
            case FILE, TEMPLATE, PATCH -> texts(skipped).anyMatch(text -> text.contains(Pod.BINDING_LABEL));
        };
    }

    private static Stream<String> texts(Skipped skipped) {
        return Stream.of(Path.of(skipped.position().file()))
                .filter(Files::isRegularFile)
                .flatMap(file -> text(file).stream());
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(ManifestFiles.content(file));
        } catch (ManifestException e) {
            // An archive or an image, in which nobody writes labels.
            return Optional.empty();
        }
    }

    /** Whether a pod that was not read may need the binding. */
    boolean mayNeed(AzureIdentityBinding binding) {
        return !unread.isEmpty()
                || Stream.concat(
                                traces.stream().map(PodTrace::value),
                                doubles.stream().map(FieldLocation::text))
                        .anyMatch(label -> !Value.isFinal(label) || label.equals(binding.selector()));
    }

    /** What a person must look at in objects, in sentences without a full stop. */
    List<String> asks() {
        Stream<String> ofObjects = traces.stream()
                .map(trace -> trace.manifest() + " (" + trace.location().position() + ") has the label "
                        + Pod.BINDING_LABEL + " at " + trace.location().path()
                        + ", where podid does not know its pods: change it by hand. Its binding and identity stay");
        Stream<String> ofDoubles = doubles.stream()
                .map(label -> label.object() + " (" + label.position() + ") has the label " + Pod.BINDING_LABEL
                        + " and is not moved: another object has its name, and that one is moved. Leave one of the two"
                        + " out with --exclude, or change it by hand. Its binding and identity stay");
        return Stream.concat(ofObjects, ofDoubles).distinct().toList();
    }

    /** The same of what was not read of the whole input. */
    List<String> asksOfInput() {
        return unread.stream()
                .map(one -> one.place() + " was not read (" + one.reason() + "), and its pods may have the label "
                        + Pod.BINDING_LABEL + ": mend it, or change it by hand. All bindings and identities stay")
                .distinct()
                .toList();
    }

    boolean isEmpty() {
        return traces.isEmpty() && doubles.isEmpty() && unread.isEmpty();
    }
}
