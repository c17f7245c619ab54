// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The label aadpodidbinding: whether it is where it counts, and what it selects. */
final class LabelRules extends RuleFamily {

    /** How many selectors a remedy names at most. */
    private static final int MAX_SELECTORS = 5;

    private final Report labelAsAnnotation = error("C3", "label-as-annotation", "aad-pod-identity#1074")
            .says("aadpodidbinding is an annotation")
            .remedy("Make it a label of the pod")
            .explains(Symptom.NO_LABEL);
    private final Report labelKey = error("C3", "label-key", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("The key of a label is nearly aadpodidbinding")
            .remedy("Write aadpodidbinding")
            .explains(Symptom.NO_LABEL);
    private final Report labelNotOnPodTemplate = error(
                    "C3", "label-not-on-pod-template", "aad-pod-identity#1074", "aad-pod-identity#957")
            .says("The label aadpodidbinding is on the workload and not on its pods")
            .remedy("Put the label into the labels of the pod template")
            .explains(Symptom.NO_LABEL);
    private final Report labelEmpty = error("C4", "label-empty", "aad-pod-identity#175")
            .says("The label aadpodidbinding is empty")
            .remedy("Write the selector of a binding")
            .explains(Symptom.EMPTY_LABEL);
    private final Report labelMissing = error("C4", "label-missing", "aad-pod-identity#175", "aad-pod-identity#1074")
            .says("A pod names an identity that is bound, and lacks the label for it")
            .remedy("Add the label aadpodidbinding with the binding's selector to the pod")
            .explains(Symptom.NO_LABEL);
    private final Report labelWithoutBinding = error(
                    "C4",
                    "label-without-binding",
                    "aad-pod-identity#1074",
                    "aad-pod-identity#175",
                    "aad-pod-identity#497")
            .says("No binding has the pod's label as its selector")
            .remedy("The label's value is the selector of a binding, not the name of the binding or of the identity")
            .explains(Symptom.NO_BINDING)
            .needs(Sight.POD_IDENTITY_OBJECTS);

    LabelRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        Map<String, AzureIdentity> byClientId = new HashMap<>();
        for (AzureIdentity identity : context.identities()) {
            byClientId.put(identity.clientId().toLowerCase(Locale.ROOT), identity);
        }
        for (PodSource pod : context.nmiPods()) {
            labelAsAnnotation(pod);
            labelKey(pod);
            labelEmpty(pod);
            labelMissing(pod, byClientId);
        }
        for (Manifest manifest : context.manifests().objects()) {
            labelNotOnPodTemplate(manifest);
        }
        labelWithoutBinding();
    }

    /** MIC and NMI look at labels only. */
    private void labelAsAnnotation(PodSource pod) {
        FieldLocation annotation = pod.annotation(Pod.BINDING_LABEL);
        if (annotation.exists() && !pod.label(Pod.BINDING_LABEL).exists()) {
            labelAsAnnotation.add(
                    annotation,
                    Pod.BINDING_LABEL + " is an annotation here, and only a label counts",
                    "Move it to labels: " + Pod.BINDING_LABEL + ": " + annotation.text());
        }
    }

    /** MIC and NMI compare the key exactly. */
    private void labelKey(PodSource pod) {
        FieldLocation labels = pod.labels();
        for (String key : labels.keys()) {
            if (ClosestMatch.isNear(key, Pod.BINDING_LABEL) && !labels.keys().contains(Pod.BINDING_LABEL)) {
                FieldLocation label = labels.at(key);
                labelKey.addKey(label, key, Pod.BINDING_LABEL, "Write: " + Pod.BINDING_LABEL + ": " + label.text());
            }
        }
    }

    /**
     * Pods inherit nothing from their workload's own labels. A workload that is scaled to zero counts, too: it will
     * have pods.
     */
    private void labelNotOnPodTemplate(Manifest manifest) {
        FieldLocation object = FieldLocation.of(manifest);
        FieldLocation label = object.at("metadata", "labels", Pod.BINDING_LABEL);
        // Of a workload with several pods it is not certain which are meant.
        if (!context.profile().hasNmi() || !label.exists() || manifest.pods().size() != 1) {
            return;
        }
        FieldLocation labels = object.at(manifest.pods().get(0).labels().get(0));
        // Pods with the label of workload identity need the old one no longer, wherever it was left.
        boolean hasMovedOn = labels.at(Keys.USE).exists();
        if (!labels.at(Pod.BINDING_LABEL).exists() && !hasMovedOn) {
            String line = Pod.BINDING_LABEL + ": " + label.text();
            labelNotOnPodTemplate.add(
                    label,
                    "the label is on the " + manifest.kind() + " itself, and its pods do not inherit it",
                    "Add to " + labels.path() + ": " + line,
                    Edit.insertFirstEntry(labels, line));
        }
    }

    /** An empty label never matches where MIC runs. */
    private void labelEmpty(PodSource pod) {
        if (pod.pod().bindingLabel().filter(String::isEmpty).isPresent()) {
            labelEmpty.add(pod.label(Pod.BINDING_LABEL), "the label is empty, so it matches nothing");
        }
    }

    /** The pod asks for an identity of these files in AZURE_CLIENT_ID, and without the label NMI answers 404. */
    private void labelMissing(PodSource pod, Map<String, AzureIdentity> byClientId) {
        // A pod that gets its token elsewhere may name a client ID without the label.
        boolean isOfWorkloadIdentity = pod.label(Keys.USE).exists();
        boolean isPassedOn = context.matcher().bypass(pod.pod()).isPresent();
        if (pod.pod().bindingLabel().isPresent() || isOfWorkloadIdentity || isPassedOn || pod.hasOtherCredential()) {
            return;
        }
        for (FieldLocation variable : pod.clientIds()) {
            AzureIdentity identity = byClientId.get(variable.text().toLowerCase(Locale.ROOT));
            if (identity != null && Value.isFinal(variable.text())) {
                labelMissing.add(
                        variable,
                        "the pod asks for identity " + identity.name() + " and has no label " + Pod.BINDING_LABEL,
                        findRemedy(identity));
            }
        }
    }

    private String findRemedy(AzureIdentity identity) {
        return context.bindings().stream()
                .filter(binding -> binding.namespace().equals(identity.namespace()))
                .filter(binding -> isForIdentity(binding, identity.name().name()))
                .map(binding -> "Add to the pod's labels: " + Pod.BINDING_LABEL + ": " + binding.selector())
                .findFirst()
                .orElse("Create an AzureIdentityBinding, and label the pod with its selector.");
    }

    /** The pod waits 80 seconds for its 404, and before 1.6.3 nothing is logged. */
    private void labelWithoutBinding() {
        for (PodSource pod : context.labelledPods()) {
            String label = pod.pod().bindingLabel().orElse("");
            boolean lacksBinding = context.match(pod).obstacle().equals(Optional.of(Obstacle.NO_BINDING));
            if (lacksBinding && Value.isFinal(label) && !isSelectorInOtherCase(label)) {
                reportWithoutBinding(pod.label(Pod.BINDING_LABEL), label);
            }
        }
    }

    private void reportWithoutBinding(FieldLocation field, String label) {
        List<AzureIdentityBinding> bindings = context.bindings();
        String message = "no AzureIdentityBinding has the selector " + Value.quoted(label);
        Optional<String> meant = findMeantSelector(label);
        List<String> selectors = bindings.stream()
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .distinct()
                .limit(MAX_SELECTORS)
                .toList();
        if (meant.isPresent()) {
            labelWithoutBinding.add(
                    field,
                    message + describeName(label),
                    "Write: " + Pod.BINDING_LABEL + ": " + meant.get(),
                    Edit.replaceValue(field, meant.get()));
        } else if (bindings.isEmpty()) {
            labelWithoutBinding.add(
                    Severity.INFO,
                    field,
                    message + ", and these files have no binding at all",
                    "Add the files with AzureIdentity and AzureIdentityBinding to the check, or create them.");
        } else if (selectors.isEmpty()) {
            labelWithoutBinding.addAbsence(
                    context, field, message, "Write in the binding that is meant: selector: " + label);
        } else {
            labelWithoutBinding.addAbsence(
                    context, field, message, "The selectors are: " + String.join(", ", selectors) + ".");
        }
    }

    /**
     * Whether a binding has the selector in a field that the version does not know, such as Selector. Another
     * rule reports that.
     */
    private boolean isSelectorInOtherCase(String label) {
        return context.objectsOfKind("AzureIdentityBinding").stream()
                .anyMatch(binding -> binding.at("spec").like("selector").text().equals(label));
    }

    /** The label may be the name of a binding or of its identity, or a selector with a typo. */
    private Optional<String> findMeantSelector(String label) {
        Set<String> selectors = context.bindings().stream()
                .filter(binding -> isCalled(binding, label) || isForIdentity(binding, label))
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .collect(Collectors.toSet());
        if (selectors.size() == 1) {
            return selectors.stream().findFirst();
        }
        return ClosestMatch.of(
                label,
                context.bindings().stream().map(AzureIdentityBinding::selector).toList());
    }

    private String describeName(String label) {
        if (context.bindings().stream().anyMatch(binding -> isCalled(binding, label))) {
            return "; that is the name of a binding";
        }
        if (context.bindings().stream().anyMatch(binding -> isForIdentity(binding, label))) {
            return "; that is the name of an identity";
        }
        return "";
    }

    private static boolean isCalled(AzureIdentityBinding binding, String name) {
        return binding.name().name().equals(name);
    }

    private static boolean isForIdentity(AzureIdentityBinding binding, String name) {
        return binding.azureIdentity().equals(name);
    }
}
