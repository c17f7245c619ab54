// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The pods of which a log speaks: by name, or by binding, identity, client ID or service account. */
public record NamedPods(Cluster cluster) {

    public List<Pod> find(LogReading reading) {
        return cluster.pods().stream().filter(pod -> isNamed(pod, reading)).toList();
    }

    private boolean isNamed(Pod pod, LogReading reading) {
        List<AzureIdentityBinding> bindings =
                pod.bindingLabel().map(cluster::bindings).orElse(List.of());
        List<AzureIdentity> identities = bindings.stream()
                .flatMap(
                        binding -> cluster
                                .find(AzureIdentity.class, new ObjectName(binding.namespace(), binding.azureIdentity()))
                                .stream())
                .toList();
        var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        Stream<String> ofAccount = cluster.serviceAccount(account).stream()
                .map(one -> one.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""));
        List<String> clientIds = Stream.concat(identities.stream().map(AzureIdentity::clientId), ofAccount)
                .toList();
        return names(reading, "pod", name -> isOf(pod, name))
                || names(reading, "selector", pod.bindingLabel().orElse("")::equals)
                || names(reading, "binding", name -> bindings.stream().anyMatch(one -> isOf(one.name(), name)))
                || names(reading, "identity", name -> identities.stream().anyMatch(one -> isOf(one.name(), name)))
                || names(reading, "client", id -> clientIds.stream().anyMatch(one -> isClientId(one, id)))
                || names(reading, "account", name -> isOf(account, name.replace(':', '/')));
    }

    private static boolean names(LogReading reading, String what, Predicate<String> isMeant) {
        return reading.findings().stream()
                .flatMap(finding -> finding.names().get(what).stream())
                .anyMatch(isMeant);
    }

    /** A pod of a workload has a name of its own, which begins with the workload's. */
    private static boolean isOf(Pod pod, String name) {
        return pod.name().toString().equals(name) || (!pod.owners().isEmpty() && name.startsWith(pod.name() + "-"));
    }

    /** Some lines name the namespace, some do not. */
    private static boolean isOf(ObjectName name, String shown) {
        return name.toString().equals(shown) || name.name().equals(shown);
    }

    /** As it is, or as NMI shortens it. */
    private static boolean isClientId(String clientId, String shown) {
        return clientId.equalsIgnoreCase(shown) || ClientIds.redacted(clientId).equalsIgnoreCase(shown);
    }
}
