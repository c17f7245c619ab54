package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodTrace;
import io.podidentity.podid.check.source.PodTrace.Sign;
import io.podidentity.podid.check.source.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The label of pod identity where no pod was read: in objects of an unknown shape, and in what was not read at all. The
 * bindings that such pods may need must stay. Immutable.
 *
 * @param traces in objects that were read
 * @param unread what was not read and mentions the label, or may have it
 */
record UnseenLabels(List<PodTrace> traces, List<Skipped> unread) {

    static UnseenLabels of(RuleContext context) {
        return new UnseenLabels(
                context.traces().all().stream()
                        .filter(trace -> trace.sign() == Sign.BINDING_LABEL)
                        .toList(),
                context.missed().stream().filter(UnseenLabels::isUnread).toList());
    }

    private static boolean isUnread(Skipped skipped) {
        return switch (skipped.kind()) {
            case ENCRYPTED, PLACEHOLDER, RELEASE, WORKLOAD, OTHER -> false;
            // What they are made of may be on other machines, or be put together from values.
            case KUSTOMIZATION, CHART -> true;
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
                || traces.stream()
                        .anyMatch(trace ->
                                !Value.isFinal(trace.value()) || trace.value().equals(binding.selector()));
    }

    /** What a person must look at, in sentences without a full stop. */
    List<String> asks() {
        Stream<String> ofObjects = traces.stream()
                .map(trace -> trace.manifest() + " (" + trace.location().position() + ") has the label "
                        + Pod.BINDING_LABEL + " at " + trace.location().path()
                        + ", where podid does not know its pods: change it by hand. Its binding and identity stay");
        Stream<String> ofFiles = unread.stream()
                .map(one -> one.place() + " was not read (" + one.reason() + "), and its pods may have the label "
                        + Pod.BINDING_LABEL + ": mend it, or change it by hand. All bindings and identities stay");
        return Stream.concat(ofObjects, ofFiles).distinct().toList();
    }
}
