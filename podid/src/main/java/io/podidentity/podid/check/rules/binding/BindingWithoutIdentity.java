package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The binding is ignored. */
public final class BindingWithoutIdentity implements Rule {

    @Override
    public About about() {
        return About.error(
                "C4",
                "binding-without-identity",
                "A binding names an identity that its namespace does not have",
                "Write the name of an AzureIdentity of the binding's own namespace, not of the resource in Azure",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            String name = binding.azureIdentity();
            FieldLocation field = context.location(binding).at("spec").like("azureIdentity");
            if (name.isEmpty()
                    && (field.key().equals("azureIdentity") || context.profile().fieldsIgnoreCase())) {
                report.add(
                        field,
                        "the binding names no identity",
                        "Write: azureIdentity: NAME, the name of an AzureIdentity.");
            }
            if (Value.isFinal(name) && !context.isWritten("AzureIdentity", new ObjectName(binding.namespace(), name))) {
                check(context, report, binding, field);
            }
        }
    }

    private static void check(RuleContext context, Report report, AzureIdentityBinding binding, FieldLocation field) {
        String name = binding.azureIdentity();
        List<AzureIdentity> here = context.cluster().identities().stream()
                .filter(identity -> identity.namespace().equals(binding.namespace()))
                .toList();
        List<String> elsewhere = context.cluster().identities().stream()
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
            report.add(
                    field,
                    message + (byResource.isEmpty() ? "" : "; that is the name of the resource in Azure"),
                    "Write: " + field.key() + ": " + near.get(),
                    Edit.value(field, near.get()));
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
}
