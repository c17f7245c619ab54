package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Optional;

/** Secrets are often made by hand, so one that is not in the files at all is no error. */
public final class SecretNotFound implements Rule {

    @Override
    public About about() {
        return About.error(
                "C8",
                "secret-not-found",
                "The secret of a service principal has another name or is in another namespace",
                "Name the secret, and the namespace in which it is",
                "Azure/aad-pod-identity#646");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            String name = identity.clientPassword().name();
            String namespace = identity.clientPassword().namespace();
            if (!identity.isManagedIdentity()
                    && Value.isFinal(name)
                    && Value.isFinal(namespace)
                    && !context.isWritten("Secret", new ObjectName(namespace, name))) {
                check(context, report, identity, name, namespace);
            }
        }
    }

    private static void check(
            RuleContext context, Report report, AzureIdentity identity, String name, String namespace) {
        FieldLocation reference = context.location(identity).at("spec").like("clientPassword");
        List<ObjectName> secrets =
                context.cluster().all(Secret.class).stream().map(Secret::name).toList();
        List<String> elsewhere = secrets.stream()
                .filter(secret -> secret.name().equals(name))
                .map(ObjectName::namespace)
                .toList();
        Optional<String> near = ClosestMatch.of(
                name,
                secrets.stream()
                        .filter(secret -> secret.namespace().equals(namespace))
                        .map(ObjectName::name)
                        .toList());
        if (!elsewhere.isEmpty()) {
            report.add(
                    reference.like("namespace"),
                    "the secret " + name + " is not in " + namespace + " but in " + String.join(", ", elsewhere),
                    "Write: namespace: " + elsewhere.get(0));
        } else if (near.isPresent()) {
            report.add(
                    reference.like("name"),
                    "there is no secret " + name + " in " + namespace,
                    "Did you mean name: " + near.get() + "?");
        } else {
            boolean othersAreThere =
                    secrets.stream().anyMatch(secret -> secret.namespace().equals(namespace));
            report.add(
                    othersAreThere ? Severity.WARNING : Severity.INFO,
                    reference.like("name"),
                    "the secret " + namespace + "/" + name + " is not in these files",
                    "Create it before the pods: kubectl create secret generic " + name + " -n " + namespace
                            + " --from-file=password=FILE, where FILE does not end in a line break.");
        }
    }
}
