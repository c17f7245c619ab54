package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;
import static io.podidentity.podid.explain.ObstacleAdvice.quoted;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.match.IdentityResourceId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Advice for a pod that has an identity of which Azure gives no token: what in the identity's manifest is the cause.
 */
final class AzureAdvice {

    private final Cluster cluster;

    AzureAdvice(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * The first cause that the manifests show.
     *
     * @param facts that lead to the identity
     */
    Optional<Advice> of(AzureIdentity identity, List<String> facts) {
        Optional<Advice> own = identity.isManagedIdentity() ? resourceId(identity) : tenant(identity);
        return own.map(advice -> advice.about(identity))
                .or(() -> clientId(identity).map(advice -> advice.about(identity)))
                .or(() -> identity.isManagedIdentity() ? Optional.empty() : secret(identity))
                .map(advice -> {
                    var why = new ArrayList<>(facts);
                    why.addAll(advice.why());
                    return advice.with(why, advice.remedies());
                });
    }

    private static Optional<Advice> resourceId(AzureIdentity identity) {
        String id = identity.resourceId();
        if (IdentityResourceId.isAzures(id)) {
            return Optional.empty();
        }
        return Optional.of(new Advice(
                "Azure has no user-assigned identity with the resource ID of " + identity.name()
                        + ", so MIC cannot put it" + " on the node",
                List.of("its spec.resourceID is " + quoted(id) + at(identity)),
                List.of(ResourceIdAdvice.remedy(id))));
    }

    private static Optional<Advice> clientId(AzureIdentity identity) {
        String id = identity.clientId();
        return ClientIdText.canBeOne(id)
                ? Optional.empty()
                : Optional.of(new Advice(
                        "spec.clientID of identity " + identity.name()
                                + " is no client ID, so Azure finds no such identity",
                        List.of("it is " + (id.isEmpty() ? "empty" : quoted(id)) + at(identity)),
                        List.of("Set spec.clientID to what "
                                + (identity.isManagedIdentity()
                                        ? "az identity show --query clientId"
                                        : "az ad app show --query appId")
                                + " prints, a GUID.")));
    }

    private static Optional<Advice> tenant(AzureIdentity identity) {
        return identity.tenantId().isEmpty()
                ? Optional.of(new Advice(
                        "identity " + identity.name()
                                + " is a service principal without a tenant, so Entra ID cannot be" + " asked for it",
                        List.of("its spec.tenantID is empty" + at(identity)),
                        List.of("Set spec.tenantID to what az account show --query tenantId prints.")))
                : Optional.empty();
    }

    private Optional<Advice> secret(AzureIdentity identity) {
        SecretReference reference = identity.clientPassword();
        if (reference.name().isEmpty() || reference.namespace().isEmpty()) {
            return Optional.of(new Advice(
                            "identity " + identity.name() + " does not name its Secret by name and namespace",
                            List.of("its spec.clientPassword is {name: " + quoted(reference.name()) + ", namespace: "
                                    + quoted(reference.namespace()) + "}" + at(identity)),
                            List.of(
                                    "Set both spec.clientPassword.name and spec.clientPassword.namespace; neither has a default."))
                    .about(identity));
        }
        var name = new ObjectName(reference.namespace(), reference.name());
        Optional<Secret> secret = cluster.secret(name);
        if (secret.isEmpty()) {
            return Optional.of(new Advice(
                            "identity " + identity.name() + " takes its secret from the Secret " + name
                                    + ", which is not in the manifests",
                            List.of(),
                            List.of("Create it (kubectl create secret generic " + name.name() + " -n "
                                    + name.namespace()
                                    + " --from-literal=password=SECRET), or give its manifest to podid too."))
                    .about(identity));
        }
        Optional<Advice> own =
                identity.type() == AzureIdentity.SERVICE_PRINCIPAL ? value(secret.get()) : certificate(secret.get());
        return own.map(advice -> advice.about(secret.get()));
    }

    private static Optional<Advice> value(Secret secret) {
        List<String> keys = secret.keys().stream().sorted().toList();
        if (keys.size() != 1) {
            return Optional.of(new Advice(
                    "the Secret " + secret.name() + " has "
                            + (keys.isEmpty() ? "no key" : "the keys " + String.join(", ", keys))
                            + ", and NMI takes any of its values as the client secret",
                    List.of("the Secret is at " + secret.metadata().position()),
                    List.of("Leave exactly one key in it, that of the client secret.")));
        }
        String text = new String(secret.value(keys.get(0)).orElse(new byte[0]), StandardCharsets.UTF_8);
        return text.equals(text.strip())
                ? Optional.empty()
                : Optional.of(new Advice(
                        "the value of " + keys.get(0) + " in the Secret " + secret.name()
                                + " begins or ends with a line"
                                + " break or a blank, which Entra ID takes for a part of the client secret",
                        List.of("the Secret is at " + secret.metadata().position()),
                        List.of(
                                "Make it anew without one: kubectl create secret generic --from-literal, or printf %s in"
                                        + " place of echo before base64.")));
    }

    private static Optional<Advice> certificate(Secret secret) {
        return secret.keys().contains("certificate")
                ? Optional.empty()
                : Optional.of(new Advice(
                        "the Secret " + secret.name() + " has no key certificate",
                        List.of("it has the keys " + String.join(", ", secret.keys()) + at(secret)),
                        List.of("Give it the keys certificate (a PKCS#12 file) and password.")));
    }
}
