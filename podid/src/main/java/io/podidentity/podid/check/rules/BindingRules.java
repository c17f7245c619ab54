package io.podidentity.podid.check.rules;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Bindings and identities that nothing leads to, or that lead to nothing. */
final class BindingRules extends RuleFamily {

    BindingRules() {
        super(
                About.info("C4", "binding-unused")
                        .says("No pod has the binding's selector as its label")
                        .remedy("Label a pod with the selector, or remove the binding")
                        .prevents("aad-pod-identity#957"),
                About.error("C4", "binding-without-identity")
                        .says("A binding names an identity that its namespace does not have")
                        .remedy("Write the name of an AzureIdentity of the binding's own namespace, not of the"
                                + " resource in Azure")
                        .prevents("aad-pod-identity#175", "aad-pod-identity#497"),
                About.warning("C4", "identity-unused")
                        .says("No binding names the identity")
                        .remedy("Create an AzureIdentityBinding with azureIdentity: NAME, or remove the identity")
                        .prevents("aad-pod-identity#175"),
                About.error("C4", "selector-missing")
                        .says("A binding has no selector")
                        .remedy("Write selector: VALUE, and label the pods aadpodidbinding: VALUE")
                        .prevents("aad-pod-identity#175", "aad-pod-identity#497"),
                About.error("C13", "empty-selector-matches-all")
                        .says("In managed mode a binding without a selector matches every pod without the label")
                        .remedy("Write selector: VALUE, and label the pods aadpodidbinding: VALUE")
                        .prevents("aad-pod-identity#646"));
    }

    @Override
    protected void check(RuleContext context, Reports reports) {
        bindingUnused(context, reports.of("binding-unused"));
        bindingWithoutIdentity(context, reports.of("binding-without-identity"));
        identityUnused(context, reports.of("identity-unused"));
        selectorMissing(context, reports.of("selector-missing"));
        emptySelectorMatchesAll(context, reports.of("empty-selector-matches-all"));
    }

    /** The pods are often in other files. */
    private static void bindingUnused(RuleContext context, Report report) {
        Set<String> labels = context.pods().stream()
                .map(pod -> pod.pod().bindingLabel().orElse(""))
                .collect(Collectors.toSet());
        for (AzureIdentityBinding binding : context.bindings()) {
            if (!labels.isEmpty() && !binding.selector().isEmpty() && !labels.contains(binding.selector())) {
                report.add(
                        context.field(binding, "selector"),
                        "no pod in these files has the label " + Pod.BINDING_LABEL + ": " + binding.selector());
            }
        }
    }

    /** The binding is ignored. */
    private static void bindingWithoutIdentity(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.bindings()) {
            String name = binding.azureIdentity();
            FieldLocation field = context.field(binding, "azureIdentity");
            if (name.isEmpty()
                    && (field.key().equals("azureIdentity") || context.profile().fieldsIgnoreCase())) {
                report.add(
                        field,
                        "the binding names no identity",
                        "Write: azureIdentity: NAME, the name of an AzureIdentity.");
            }
            if (Value.isFinal(name) && !context.isWritten("AzureIdentity", new ObjectName(binding.namespace(), name))) {
                checkBindingWithoutIdentity(context, report, binding, field);
            }
        }
    }

    private static void checkBindingWithoutIdentity(
            RuleContext context, Report report, AzureIdentityBinding binding, FieldLocation field) {
        String name = binding.azureIdentity();
        List<AzureIdentity> here = context.identities().stream()
                .filter(identity -> identity.namespace().equals(binding.namespace()))
                .toList();
        List<String> elsewhere = context.identities().stream()
                .filter(identity -> identity.name().name().equals(name))
                .map(AzureIdentity::namespace)
                .toList();
        List<String> byResource = here.stream()
                .filter(identity -> identity.resourceId().endsWith("/" + name))
                .map(identity -> identity.name().name())
                .toList();
        Optional<String> near = byResource.size() == 1
                ? byResource.stream().findFirst()
                : ClosestMatch.of(
                        name,
                        here.stream().map(identity -> identity.name().name()).toList());
        String message = "there is no AzureIdentity " + binding.namespace() + "/" + name;
        if (!elsewhere.isEmpty()) {
            report.add(
                    field,
                    message + ", but one in " + String.join(", ", elsewhere),
                    "Put the binding and the identity into the same namespace.");
        } else if (near.isPresent()) {
            report.addValue(
                    field,
                    message + (byResource.isEmpty() ? "" : "; that is the name of the resource in Azure"),
                    near.get());
        } else {
            report.add(
                    field,
                    message,
                    here.isEmpty()
                            ? "Create it, or add its file to the check."
                            : "The namespace has: "
                                    + here.stream()
                                            .map(identity -> identity.name().name())
                                            .limit(5)
                                            .collect(Collectors.joining(", "))
                                    + ".");
        }
    }

    /** Only where there are bindings at all in the files. */
    private static void identityUnused(RuleContext context, Report report) {
        Set<ObjectName> named = context.bindings().stream()
                .map(binding -> new ObjectName(
                        binding.namespace(),
                        // A name in the wrong letter case is another rule's.
                        context.field(binding, "azureIdentity").text()))
                .collect(Collectors.toSet());
        for (AzureIdentity identity : context.identities()) {
            if (!named.isEmpty() && !named.contains(identity.name())) {
                report.add(
                        context.location(identity).at("metadata", "name"),
                        "no binding in " + identity.namespace() + " names this identity",
                        "Create an AzureIdentityBinding with azureIdentity: "
                                + identity.name().name() + ", or remove the identity.");
            }
        }
    }

    /** It matches nothing where MIC runs; for managed mode see empty-selector-matches-all. */
    private static void selectorMissing(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.bindings()) {
            FieldLocation spec = context.location(binding).at("spec");
            boolean misspelt =
                    spec.like("selector").exists() && !spec.at("selector").exists();
            if (binding.selector().isEmpty() && !misspelt && context.profile().hasMic()) {
                report.add(spec.at("selector"), "the binding has no selector, so it matches no pod");
            }
        }
    }

    /** An absent label is compared as an empty one. */
    private static void emptySelectorMatchesAll(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.bindings()) {
            if (context.profile() == Profile.MANAGED
                    && binding.selector().isEmpty()
                    && !binding.azureIdentity().isEmpty()) {
                report.add(
                        context.field(binding, "selector"),
                        "the empty selector gives identity " + binding.azureIdentity() + " to every pod of "
                                + binding.namespace() + " without a label");
            }
        }
    }
}
