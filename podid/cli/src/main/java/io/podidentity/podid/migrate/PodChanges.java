// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.migrate.edit.ChartMentions;
import io.podidentity.podid.migrate.edit.FieldChanges;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.edit.UneditableException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Changes the manifests of moved pods: their labels, their service account, and what they mount. Not thread-safe. */
final class PodChanges {

    private static final List<String> LABELS = List.of("metadata", "labels");

    private final SourceTree tree;
    private final WrittenObjects written;
    private final MigrationSettings settings;
    private final EnvironmentValues values;
    private final ManualSteps manual;
    private final Set<ObjectName> failed = new HashSet<>();

    PodChanges(SourceTree tree, MigrationSettings settings, EnvironmentValues values, ManualSteps manual) {
        this.tree = tree;
        this.written = new WrittenObjects(tree);
        this.settings = settings;
        this.values = values;
        this.manual = manual;
    }

    void change(MovePlan plan, PodMove move) {
        changeTemplate(plan, move);
        changeMounted(plan, move);
    }

    /** Pods that a person must change. */
    Set<ObjectName> failed() {
        return failed;
    }

    private void changeTemplate(MovePlan plan, PodMove move) {
        PodSource source = move.source();
        List<SourceObject> workloads = written.find(source);
        String label = Keys.USE + ": \"true\"";
        String account = "serviceAccountName: " + move.account().name();
        Optional<SourceObject> labelled = findLabelled(source, workloads);
        if (labelled.isEmpty()) {
            fail(
                    source,
                    "the label " + Pod.BINDING_LABEL + " " + describeOrigin(workloads) + ": replace it there by "
                            + label + ", and set " + account + " in the spec of its pods");
            return;
        }
        try {
            changeMetadata(move, labelled.get());
        } catch (UneditableException e) {
            fail(source, e.getMessage() + ". Give its pods the label " + label + " and " + account);
            return;
        }
        SourceObject withAccount =
                workloads.stream().filter(this::namesAccount).findFirst().orElse(labelled.get());
        values.want(
                plan,
                EnvironmentValues.Target.in(withAccount, inTemplate(withAccount, "spec")),
                Map.of("serviceAccountName", written.sourceName(plan, move.account())));
    }

    private void fail(PodSource source, String step) {
        failed.add(source.pod().name());
        manual.add(source.object(), step);
    }

    /** Finds where the label of pod identity is written, which may be a patch. */
    private Optional<SourceObject> findLabelled(PodSource source, List<SourceObject> workloads) {
        return workloads.stream()
                .filter(this::isLabelled)
                .findFirst()
                // A kustomization can make a Deployment of a Pod; the proof shows whether it does so with what is
                // changed.
                .or(() -> written.findByNameOfPod(source).stream()
                        .filter(this::isLabelled)
                        .findFirst())
                .or(() -> findOnlyUnlabelled(source, workloads));
    }

    /** A pod that has no label today gets the new one in the only place where its workload is written. */
    private static Optional<SourceObject> findOnlyUnlabelled(PodSource source, List<SourceObject> workloads) {
        boolean isCertain = workloads.size() == 1 && source.pod().bindingLabel().isEmpty();
        return isCertain ? Optional.of(workloads.get(0)) : Optional.empty();
    }

    private boolean isLabelled(SourceObject object) {
        return tree.findPodTemplate(object).isPresent()
                && !object.textAt(inTemplate(object, "metadata", "labels", Pod.BINDING_LABEL))
                        .isEmpty();
    }

    private boolean namesAccount(SourceObject object) {
        return !object.textAt(inTemplate(object, "spec", "serviceAccountName")).isEmpty();
    }

    private void changeMetadata(PodMove move, SourceObject workload) {
        Map<String, String> label = Map.of(Keys.USE, "true");
        List<String> labels = inTemplate(workload, "metadata", "labels");
        if (settings.keepsPodIdentity()) {
            workload.change(labels, FieldChanges.set(label));
        } else {
            workload.change(labels, FieldChanges.replace(Pod.BINDING_LABEL, label));
            removeUselessLabel(workload);
        }
        if (settings.proxySidecar()) {
            annotate(workload, Keys.INJECT_PROXY);
        }
        if (settings.identityBinding() && move.identities().stream().allMatch(MovedIdentity::isManaged)) {
            annotate(workload, Keys.USE_IDENTITY_BINDING);
        }
    }

    /** On a workload itself, not on its pods, the label has never had an effect. */
    private void removeUselessLabel(SourceObject workload) {
        boolean isPod = inTemplate(workload).isEmpty();
        if (isPod || workload.textAt("metadata", "labels", Pod.BINDING_LABEL).isEmpty()) {
            return;
        }
        try {
            workload.change(LABELS, FieldChanges.remove(Pod.BINDING_LABEL));
        } catch (UneditableException shared) {
            // The labels are an anchor that others use, so the label may stay.
        }
    }

    private void annotate(SourceObject workload, String key) {
        workload.change(inTemplate(workload, "metadata", "annotations"), FieldChanges.set(Map.of(key, "true")));
    }

    /** What the pod mounts from a key vault is read with the pod's identity, and has to name it. */
    private void changeMounted(MovePlan plan, PodMove move) {
        Map<String, String> parameters =
                Map.of("usePodIdentity", "false", "clientID", move.identity().clientId());
        NmiClients.findMounted(plan.context(), move.source())
                .filter(reference -> reference.way() == Way.NMI)
                .flatMap(reference -> findProviderClass(reference).stream())
                .map(object -> EnvironmentValues.Target.in(object, List.of("spec", "parameters")))
                .forEach(target -> values.want(plan, target, parameters));
    }

    private Optional<SourceObject> findProviderClass(IdentityReference reference) {
        String name = reference.object().at("metadata", "name").text();
        return tree.findObjects(reference.object().position(), "SecretProviderClass", name).stream()
                .findFirst();
    }

    private List<String> inTemplate(SourceObject object, String... path) {
        List<String> template = tree.findPodTemplate(object).orElse(List.of());
        return Stream.concat(template.stream(), Stream.of(path)).toList();
    }

    /** Says where a label comes from that is not written in the workloads. */
    private String describeOrigin(List<SourceObject> workloads) {
        if (workloads.isEmpty() && !tree.charts().isEmpty()) {
            return "comes from a Helm chart, in "
                    + tree.charts().stream()
                            .flatMap(chart -> ChartMentions.find(chart, Pod.BINDING_LABEL).stream())
                            .collect(Collectors.joining(", "));
        }
        List<String> files = tree.texts().values().stream()
                .filter(text -> text.text().contains(Pod.BINDING_LABEL))
                .map(SourceText::name)
                .toList();
        if (files.isEmpty()) {
            return "comes from nowhere in these files";
        }
        return "comes from an anchor, a patch or a transformer, in one of " + String.join(", ", files);
    }
}
