package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.podid.check.rule.ResourceIdShape;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ClosestMatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Advice for somebody whose pod gets no identity: the first reason, what comes closest, and what to change. */
final class ObstacleAdvice {

    private static final int MAX_NAMED = 10;

    private final Manifests manifests;
    private final MatchRules rules;
    private final Map<ObjectName, Manifest> labelledWorkloads = new HashMap<>();

    ObstacleAdvice(Manifests manifests, MatchRules rules) {
        this.manifests = manifests;
        this.rules = rules;
        manifests.objects().stream()
                .filter(manifest -> !manifest.kind().equals("Pod"))
                .filter(manifest -> label(manifest).value().isPresent())
                .forEach(manifest -> labelledWorkloads.putIfAbsent(manifest.name(), manifest));
    }

    /** Of a pod without any identity. */
    Advice of(PodMatch match, Obstacle obstacle) {
        return switch (obstacle) {
            case NO_LABEL -> noLabel(match.pod());
            case EMPTY_LABEL ->
                new Advice(
                        "the label " + Pod.BINDING_LABEL + " is empty",
                        List.of(place(match.pod(), "the pod")),
                        useOneOf(match.pod(), selectors()));
            case NO_NODE ->
                new Advice(
                        "the pod is not scheduled to a node yet, and MIC waits until it is",
                        List.of(place(match.pod(), "the pod")),
                        List.of("Run kubectl describe pod to see why it is not scheduled."));
            case NO_BINDING -> noBinding(match.pod());
            default ->
                candidate(
                        match.pod(),
                        match.candidates().stream()
                                .filter(candidate -> candidate.obstacle() == obstacle)
                                .findFirst()
                                .orElseThrow());
        };
    }

    private Advice noLabel(Pod pod) {
        Manifest workload = labelledWorkloads.get(pod.name());
        if (workload != null) {
            Position label = label(workload).valuePosition();
            List<String> template = PodSource.templatePath(workload.kind()).orElse(List.of("spec", "template"));
            return new Advice(
                    "the label " + Pod.BINDING_LABEL + " is on the " + workload.kind()
                            + " itself, and its pods do not inherit it",
                    List.of("the label is at " + label),
                    List.of("Move it to " + String.join(".", template) + ".metadata.labels."),
                    label);
        }
        return new Advice(
                "it has no label " + Pod.BINDING_LABEL + ", so no identity is looked up for it",
                List.of(place(pod, "the pod")),
                useOneOf(pod, selectors()));
    }

    private static FieldLocation label(Manifest manifest) {
        return FieldLocation.of(manifest).at("metadata", "labels", Pod.BINDING_LABEL);
    }

    private Advice noBinding(Pod pod) {
        String label = pod.bindingLabel().orElse("");
        var why = new ArrayList<String>();
        why.add("the pod has the label " + Pod.BINDING_LABEL + ": " + label + at(pod));
        List<String> meant = cluster().bindings().stream()
                .filter(binding -> isNear(label, binding))
                .map(AzureIdentityBinding::selector)
                .distinct()
                .toList();
        cluster().bindings().stream()
                .sorted(Comparator.comparing(binding -> !isNear(label, binding)))
                .limit(MAX_NAMED)
                .forEach(binding -> why.add(
                        "binding " + binding.name() + " has the selector " + quoted(binding.selector()) + at(binding)));
        if (cluster().bindings().size() > MAX_NAMED) {
            why.add("there are " + (cluster().bindings().size() - MAX_NAMED) + " more bindings");
        }
        return new Advice(
                "no AzureIdentityBinding has the selector " + quoted(label),
                why,
                useOneOf(pod, meant.isEmpty() ? selectors() : meant));
    }

    /** A wrong letter case, a typo, or the name of the binding or identity where the selector belongs. */
    private static boolean isNear(String label, AzureIdentityBinding binding) {
        return binding.selector().equalsIgnoreCase(label)
                || binding.name().name().equals(label)
                || binding.azureIdentity().equals(label)
                || ClosestMatch.edits(binding.selector(), label) <= 2;
    }

    private Advice candidate(Pod pod, Candidate candidate) {
        AzureIdentityBinding binding = candidate.binding();
        var why = new ArrayList<String>();
        why.add("the pod has the label " + Pod.BINDING_LABEL + ": "
                + pod.bindingLabel().orElse("") + at(pod));
        why.add("binding " + binding.name() + " has that selector" + at(binding));
        AzureIdentity identity = candidate.identity();
        if (identity == null) {
            return missing(binding, why).about(binding);
        }
        if (candidate.obstacle() == Obstacle.INVALID_RESOURCE_ID) {
            return invalidResourceId(identity, why).about(identity);
        }
        why.add("identity " + identity.name()
                + (identity.isNamespaced()
                        ? " has the annotation " + AzureIdentity.BEHAVIOR_ANNOTATION + ": "
                                + AzureIdentity.BEHAVIOR_NAMESPACED
                        : "")
                + at(identity));
        return new Advice(
                        rules.forceNamespaced()
                                ? "pod, binding and identity must share a namespace here, and the binding is in "
                                        + binding.namespace()
                                : "identity " + identity.name() + " is for pods of its own namespace only",
                        why,
                        List.of("Put binding and identity into the namespace " + pod.namespace() + "."))
                .about(binding);
    }

    private Advice missing(AzureIdentityBinding binding, List<String> why) {
        String name = binding.azureIdentity();
        List<AzureIdentity> elsewhere = cluster().identities().stream()
                .filter(identity -> identity.name().name().equals(name))
                .toList();
        elsewhere.forEach(identity -> why.add("there is an identity " + identity.name() + at(identity)));
        if (name.isEmpty()) {
            return new Advice(
                    "binding " + binding.name() + " names no identity",
                    why,
                    List.of("Set spec.azureIdentity of the binding to the name of an AzureIdentity."));
        }
        String names = String.join(
                ", ",
                cluster().identities().stream()
                        .filter(identity -> identity.namespace().equals(binding.namespace()))
                        .map(identity -> identity.name().name())
                        .toList());
        return new Advice(
                "binding " + binding.name() + " names the identity " + quoted(name) + ", but the namespace "
                        + binding.namespace() + " has none of that name",
                why,
                List.of(
                        elsewhere.isEmpty()
                                ? "Name an AzureIdentity of the namespace " + binding.namespace() + " (it has: "
                                        + (names.isEmpty() ? "none" : names) + "), not the resource in Azure."
                                : "Put the binding and the identity into the same namespace."));
    }

    private static Advice invalidResourceId(AzureIdentity identity, List<String> why) {
        why.add("identity " + identity.name() + " has the resource ID " + quoted(identity.resourceId()) + at(identity));
        return new Advice(
                "MIC ignores identity " + identity.name() + ", since its resource ID is malformed",
                why,
                List.of(Optional.ofNullable(
                                ResourceIdShape.of(identity.resourceId()).corrected())
                        .map(right -> "Write: resourceID: " + right)
                        .orElse("Set spec.resourceID to what az identity show --query id prints, including the leading"
                                + " slash.")));
    }

    private List<String> selectors() {
        return cluster().bindings().stream()
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .distinct()
                .limit(MAX_NAMED)
                .toList();
    }

    private static List<String> useOneOf(Pod pod, List<String> selectors) {
        return List.of(
                selectors.isEmpty()
                        ? "Create an AzureIdentity, and an AzureIdentityBinding whose selector is the pod's label."
                        : "Label "
                                + pod.workload()
                                        .map(owner -> "the pods, in " + labelsOf(owner) + ",")
                                        .orElse("the pod") + " " + Pod.BINDING_LABEL + ": "
                                + String.join(" or ", selectors) + ".");
    }

    /** Where pods get their labels, which those of the pods themselves last no longer than. */
    static String labelsOf(Pod.Owner workload) {
        return "spec.template.metadata.labels of " + workload.kind() + " " + workload.name();
    }

    private Cluster cluster() {
        return manifests.cluster();
    }

    private static String place(KubernetesObject object, String name) {
        return name + " is at " + object.metadata().position();
    }

    static String at(KubernetesObject object) {
        return " (" + object.metadata().position() + ")";
    }

    static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
