// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Bindings and identities that nothing uses, or that name what is not there. */
final class BindingRules extends RuleFamily {

    /** How many identities a remedy names at most. */
    private static final int MAX_NAMED = 5;

    private final Report bindingUnused = info("C4", "binding-unused", "aad-pod-identity#957")
            .says("No pod has the binding's selector as its label")
            .remedy("Label a pod with the selector, or remove the binding")
            .needs(Sight.EVERYTHING);
    private final Report bindingWithoutIdentity = error(
                    "C4", "binding-without-identity", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("A binding names an identity that its namespace does not have")
            .remedy("Write the name of an AzureIdentity of the binding's own namespace, not of the resource in Azure")
            .explains(Symptom.IDENTITY_MISSING)
            .needs(Sight.POD_IDENTITY_OBJECTS);
    private final Report identityUnused = warning("C4", "identity-unused", "aad-pod-identity#175")
            .says("No binding names the identity")
            .remedy("Create an AzureIdentityBinding with azureIdentity: NAME, or remove the identity")
            .needs(Sight.EVERYTHING);
    private final Report selectorMissing = error(
                    "C4", "selector-missing", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("A binding has no selector")
            .remedy("Write selector: VALUE, and label the pods aadpodidbinding: VALUE");
    private final Report emptySelectorMatchesAll = error("C13", "empty-selector-matches-all", "aad-pod-identity#646")
            .says("In managed mode a binding without a selector matches every pod without the label")
            .remedy("Write selector: VALUE, and label the pods aadpodidbinding: VALUE");

    BindingRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        Set<String> labels = context.pods().stream()
                .map(pod -> pod.pod().bindingLabel().orElse(""))
                .collect(Collectors.toSet());
        for (AzureIdentityBinding binding : context.bindings()) {
            bindingUnused(binding, labels);
            bindingWithoutIdentity(binding);
            selectorMissing(binding);
            emptySelectorMatchesAll(binding);
        }
        identityUnused();
    }

    /**
     * Nothing uses the binding, or the pods that do are in other files, as they often are: so this is for information.
     */
    private void bindingUnused(AzureIdentityBinding binding, Set<String> labels) {
        boolean canJudge = Value.isFinal(binding.selector()) && labels.stream().noneMatch(Value::isTemplated);
        boolean isUsed = labels.isEmpty() || labels.contains(binding.selector());
        if (canJudge && !isUsed) {
            bindingUnused.add(
                    context.field(binding, "selector"),
                    "no pod in these files has the label " + Pod.BINDING_LABEL + ": " + binding.selector());
        }
    }

    /** MIC ignores a binding whose identity is not in its namespace. */
    private void bindingWithoutIdentity(AzureIdentityBinding binding) {
        String name = binding.azureIdentity();
        FieldLocation field = context.field(binding, "azureIdentity");
        // Another rule reports a field in another letter case, which the version does not know.
        boolean isRead =
                field.key().equals("azureIdentity") || context.profile().fieldsIgnoreCase();
        if (name.isEmpty() && isRead) {
            bindingWithoutIdentity.add(
                    field,
                    "the binding names no identity",
                    "Write: azureIdentity: NAME, the name of an AzureIdentity.");
        }
        if (Value.isFinal(name) && !context.isWritten("AzureIdentity", new ObjectName(binding.namespace(), name))) {
            reportWithoutIdentity(binding, field);
        }
    }

    private void reportWithoutIdentity(AzureIdentityBinding binding, FieldLocation field) {
        String namespace = binding.namespace();
        String name = binding.azureIdentity();
        List<String> elsewhere = context.listNamespaces("AzureIdentity", name);
        List<String> byResource = findByResource(namespace, name);
        String message = "there is no AzureIdentity " + namespace + "/" + name;
        if (!elsewhere.isEmpty()) {
            bindingWithoutIdentity.addElsewhere(
                    context.isPlaced(field, "AzureIdentity", name),
                    field,
                    message + ", but one in " + String.join(", ", elsewhere),
                    "Put the binding and the identity into the same namespace.");
            return;
        }
        List<String> here = context.listNames("AzureIdentity", namespace);
        Optional<String> meant = byResource.size() == 1 ? byResource.stream().findFirst() : ClosestMatch.of(name, here);
        if (meant.isPresent()) {
            String hint = byResource.isEmpty() ? "" : "; that is the name of the resource in Azure";
            bindingWithoutIdentity.addValue(field, message + hint, meant.get());
        } else {
            bindingWithoutIdentity.addAbsence(context, field, message, describeChoice(here));
        }
    }

    /** The names of the identities whose resource in Azure is called so. */
    private List<String> findByResource(String namespace, String name) {
        return context.identities().stream()
                .filter(identity -> identity.namespace().equals(namespace))
                .filter(identity -> identity.resourceId().endsWith("/" + name))
                .map(identity -> identity.name().name())
                .toList();
    }

    private static String describeChoice(List<String> here) {
        if (here.isEmpty()) {
            return "Create it, or add its file to the check.";
        }
        return "The namespace has: " + here.stream().limit(MAX_NAMED).collect(Collectors.joining(", ")) + ".";
    }

    /** Files without any binding say nothing of what uses an identity, so they are left alone. */
    private void identityUnused() {
        Set<ObjectName> named = context.bindings().stream()
                .map(binding -> new ObjectName(
                        binding.namespace(),
                        // Another rule reports a name in the wrong letter case.
                        context.field(binding, "azureIdentity").text()))
                .collect(Collectors.toSet());
        for (AzureIdentity identity : context.identities()) {
            boolean isNamed = named.isEmpty() || named.contains(identity.name());
            if (!isNamed && canJudge(identity, named)) {
                identityUnused.addAbsence(
                        context,
                        context.location(identity).at("metadata", "name"),
                        "no binding in " + identity.namespace() + " names this identity",
                        "Create an AzureIdentityBinding with azureIdentity: "
                                + identity.name().name() + ", or remove the identity.");
            }
        }
    }

    /** Whether neither the identity's name nor a name in a binding of its namespace is a placeholder. */
    private static boolean canJudge(AzureIdentity identity, Set<ObjectName> named) {
        return Value.isFinal(identity.name().name())
                && named.stream()
                        .filter(name -> name.namespace().equals(identity.namespace()))
                        .allMatch(name -> Value.isFinal(name.name()));
    }

    /** A binding without a selector matches nothing where MIC runs; for managed mode see empty-selector-matches-all. */
    private void selectorMissing(AzureIdentityBinding binding) {
        FieldLocation spec = context.location(binding).at("spec");
        boolean isInOtherCase =
                spec.like("selector").exists() && !spec.at("selector").exists();
        if (binding.selector().isEmpty() && !isInOtherCase && context.profile().hasMic()) {
            selectorMissing.add(spec.at("selector"), "the binding has no selector, so it matches no pod");
        }
    }

    /** NMI in managed mode compares an absent label as an empty one. */
    private void emptySelectorMatchesAll(AzureIdentityBinding binding) {
        if (context.profile() == Profile.MANAGED
                && binding.selector().isEmpty()
                && !binding.azureIdentity().isEmpty()) {
            emptySelectorMatchesAll.add(
                    context.field(binding, "selector"),
                    "the empty selector gives identity " + binding.azureIdentity() + " to every pod of "
                            + binding.namespace() + " without a label");
        }
    }
}
