package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;
import static io.podidentity.podid.explain.ObstacleAdvice.quoted;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.match.IdentityResourceId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
        return (identity.isManagedIdentity() ? resourceId(identity) : tenant(identity))
                .or(() -> clientId(identity))
                .or(() -> identity.isManagedIdentity() ? Optional.empty() : secret(identity))
                .map(advice -> advice.with(
                        Stream.concat(facts.stream(), advice.why().stream()).toList(), advice.remedies()));
    }

    /** @param what is to be changed, and has the cause in it */
    private static Optional<Advice> found(KubernetesObject what, String summary, String why, String remedy) {
        List<String> reasons = why.isEmpty() ? List.of() : List.of(why);
        return Optional.of(
                new Advice(summary, reasons, List.of(remedy), what.metadata().position()));
    }

    private static Optional<Advice> resourceId(AzureIdentity identity) {
        String id = identity.resourceId();
        return IdentityResourceId.isAzures(id)
                ? Optional.empty()
                : found(
                        identity,
                        "Azure has no user-assigned identity with the resource ID of " + identity.name()
                                + ", so MIC cannot put it on the node",
                        "its spec.resourceID is " + quoted(id) + at(identity),
                        ObstacleAdvice.remedyOfResourceId(id));
    }

    private static Optional<Advice> clientId(AzureIdentity identity) {
        String id = identity.clientId();
        return ClientIdText.canBeOne(id)
                ? Optional.empty()
                : found(
                        identity,
                        "spec.clientID of identity " + identity.name()
                                + " is no client ID, so Azure finds no such identity",
                        "it is " + (id.isEmpty() ? "empty" : quoted(id)) + at(identity),
                        "Set spec.clientID to what "
                                + (identity.isManagedIdentity()
                                        ? "az identity show --query clientId"
                                        : "az ad app show --query appId")
                                + " prints, a GUID.");
    }

    private static Optional<Advice> tenant(AzureIdentity identity) {
        return identity.tenantId().isEmpty()
                ? found(
                        identity,
                        "identity " + identity.name()
                                + " is a service principal without a tenant, so Entra ID cannot be asked for it",
                        "its spec.tenantID is empty" + at(identity),
                        "Set spec.tenantID to what az account show --query tenantId prints.")
                : Optional.empty();
    }

    private Optional<Advice> secret(AzureIdentity identity) {
        SecretReference reference = identity.clientPassword();
        if (reference.name().isEmpty() || reference.namespace().isEmpty()) {
            return found(
                    identity,
                    "identity " + identity.name() + " does not name its Secret by name and namespace",
                    "its spec.clientPassword is {name: " + quoted(reference.name()) + ", namespace: "
                            + quoted(reference.namespace()) + "}" + at(identity),
                    "Set both spec.clientPassword.name and spec.clientPassword.namespace; neither has a default.");
        }
        var name = new ObjectName(reference.namespace(), reference.name());
        Optional<Secret> secret = cluster.secret(name);
        if (secret.isEmpty()) {
            return found(
                    identity,
                    "identity " + identity.name() + " takes its secret from the Secret " + name
                            + ", which is not in the manifests",
                    "",
                    "Create it (kubectl create secret generic " + name.name() + " -n " + name.namespace()
                            + " --from-literal=password=SECRET), or give its manifest to podid too.");
        }
        return identity.type() == AzureIdentity.SERVICE_PRINCIPAL ? value(secret.get()) : certificate(secret.get());
    }

    private static Optional<Advice> value(Secret secret) {
        String why = "the Secret is at " + secret.metadata().position();
        List<String> keys = secret.keys().stream().sorted().toList();
        if (keys.size() != 1) {
            return found(
                    secret,
                    "the Secret " + secret.name() + " has "
                            + (keys.isEmpty() ? "no key" : "the keys " + String.join(", ", keys))
                            + ", and NMI takes any of its values as the client secret",
                    why,
                    "Leave exactly one key in it, that of the client secret.");
        }
        String text = new String(secret.value(keys.get(0)).orElse(new byte[0]), StandardCharsets.UTF_8);
        return text.equals(text.strip())
                ? Optional.empty()
                : found(
                        secret,
                        "the value of " + keys.get(0) + " in the Secret " + secret.name()
                                + " begins or ends with a line break or a blank, which Entra ID takes for a part of"
                                + " the client secret",
                        why,
                        "Make it anew without one: kubectl create secret generic --from-literal, or printf %s in place"
                                + " of echo before base64.");
    }

    private static Optional<Advice> certificate(Secret secret) {
        return secret.keys().contains("certificate")
                ? Optional.empty()
                : found(
                        secret,
                        "the Secret " + secret.name() + " has no key certificate",
                        "it has the keys " + String.join(", ", secret.keys()) + at(secret),
                        "Give it the keys certificate (a PKCS#12 file) and password.");
    }
}
