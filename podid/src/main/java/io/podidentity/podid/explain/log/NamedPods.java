package io.podidentity.podid.explain.log;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The pods of which a log speaks: by name, or by binding, identity, client ID or service account. */
public final class NamedPods {

    private final Cluster cluster;

    /** Looks names up in that cluster. */
    public NamedPods(Cluster cluster) {
        this.cluster = cluster;
    }

    /** In the order of the manifests; each once. */
    public List<Pod> in(LogReading reading) {
        List<Names> names = reading.findings().stream().map(LogFinding::names).toList();
        return cluster.pods().stream()
                .filter(pod -> names.stream().anyMatch(one -> isMeant(pod, one)))
                .toList();
    }

    private boolean isMeant(Pod pod, Names names) {
        return names.get("pod").filter(name -> isNamed(pod, name)).isPresent()
                || names.get("selector").filter(isLabelOf(pod)).isPresent()
                || names.get("binding")
                        .filter(name -> isBound(pod, binding -> isOf(binding.name(), name)))
                        .isPresent()
                || names.get("identity").filter(name -> hasIdentity(pod, name)).isPresent()
                || names.get("client").filter(id -> hasClientId(pod, id)).isPresent()
                || names.get("account").filter(name -> runsAs(pod, name)).isPresent();
    }

    /** A pod of a workload has a name of its own, which begins with the workload's. */
    private static boolean isNamed(Pod pod, String name) {
        return pod.name().toString().equals(name) || (!pod.owners().isEmpty() && name.startsWith(pod.name() + "-"));
    }

    private static Predicate<String> isLabelOf(Pod pod) {
        return label -> pod.bindingLabel().filter(label::equals).isPresent();
    }

    private boolean isBound(Pod pod, Predicate<AzureIdentityBinding> by) {
        return cluster.bindings().stream()
                .filter(by)
                .map(AzureIdentityBinding::selector)
                .anyMatch(isLabelOf(pod));
    }

    private boolean hasIdentity(Pod pod, String name) {
        return identities(identity -> isOf(identity.name(), name)).stream().anyMatch(one -> isBoundTo(pod, one));
    }

    /** As it is, or as NMI shortens it. */
    private boolean hasClientId(Pod pod, String id) {
        Set<ObjectName> accounts = cluster.all(ServiceAccount.class).stream()
                .filter(account -> isClientId(account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""), id))
                .map(ServiceAccount::name)
                .collect(Collectors.toSet());
        return identities(identity -> isClientId(identity.clientId(), id)).stream()
                        .anyMatch(one -> isBoundTo(pod, one))
                || accounts.contains(account(pod));
    }

    private static boolean isClientId(String clientId, String shown) {
        return clientId.equalsIgnoreCase(shown) || ClientIds.redacted(clientId).equalsIgnoreCase(shown);
    }

    private boolean isBoundTo(Pod pod, AzureIdentity identity) {
        return isBound(
                pod, binding -> binding.azureIdentity().equals(identity.name().name()));
    }

    private List<AzureIdentity> identities(Predicate<AzureIdentity> which) {
        return cluster.identities().stream().filter(which).toList();
    }

    private static boolean runsAs(Pod pod, String name) {
        return account(pod).toString().equals(name.replace(':', '/'))
                || account(pod).name().equals(name);
    }

    private static ObjectName account(Pod pod) {
        return new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
    }

    /** Some lines name the namespace, some do not. */
    private static boolean isOf(ObjectName name, String shown) {
        return name.toString().equals(shown) || name.name().equals(shown);
    }
}
