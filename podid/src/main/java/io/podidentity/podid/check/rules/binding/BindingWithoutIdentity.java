package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Near;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.Scene;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.Spot;
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
    public void check(Scene scene, Report report) {
        for (AzureIdentityBinding binding : scene.cluster().bindings()) {
            String name = binding.azureIdentity();
            Spot field = scene.spot(binding).at("spec").like("azureIdentity");
            if (name.isEmpty()
                    && (field.key().equals("azureIdentity") || scene.profile().fieldsIgnoreCase())) {
                report.add(
                        field,
                        "the binding names no identity",
                        "Write: azureIdentity: NAME, the name of an AzureIdentity.");
            }
            if (Value.isFinal(name) && !scene.isWritten("AzureIdentity", new ObjectName(binding.namespace(), name))) {
                check(scene, report, binding, field);
            }
        }
    }

    private static void check(Scene scene, Report report, AzureIdentityBinding binding, Spot field) {
        String name = binding.azureIdentity();
        List<AzureIdentity> here = scene.cluster().identities().stream()
                .filter(identity -> identity.namespace().equals(binding.namespace()))
                .toList();
        List<String> elsewhere = scene.cluster().identities().stream()
                .filter(identity -> identity.name().name().equals(name))
                .map(AzureIdentity::namespace)
                .toList();
        List<String> byResource = here.stream()
                .filter(identity -> identity.resourceId().endsWith("/" + name))
                .map(identity -> identity.name().name())
                .toList();
        Optional<String> near = byResource.size() == 1
                ? byResource.stream().findFirst()
                : Near.of(
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
