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
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The pods of which a log speaks: by name, or by binding, identity, client ID or service account. Immutable. */
public record NamedPods(Cluster cluster) {

    /** Finds the pods that one of the lines names. */
    public List<Pod> find(LogReading reading) {
        List<LineNames> lines =
                reading.findings().stream().map(LogFinding::names).toList();
        return cluster.pods().stream().filter(pod -> isNamed(pod, lines)).toList();
    }

    private boolean isNamed(Pod pod, List<LineNames> lines) {
        PodNames names = PodNames.collect(pod, cluster);
        return lines.stream().anyMatch(names::areIn);
    }

    /**
     * All by which a log can name one pod.
     *
     * @param clientIds of the identities, and of the service account
     */
    private record PodNames(
            Pod pod,
            List<ObjectName> bindings,
            List<ObjectName> identities,
            List<String> clientIds,
            ObjectName account) {

        static PodNames collect(Pod pod, Cluster cluster) {
            List<AzureIdentityBinding> bindings =
                    pod.bindingLabel().map(cluster::bindings).orElse(List.of());
            List<AzureIdentity> identities = bindings.stream()
                    .map(binding -> new ObjectName(binding.namespace(), binding.azureIdentity()))
                    .flatMap(name -> cluster.find(AzureIdentity.class, name).stream())
                    .toList();
            var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
            Stream<String> clientIdOfAccount = cluster.serviceAccount(account).stream()
                    .map(found -> found.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""));
            return new PodNames(
                    pod,
                    bindings.stream().map(AzureIdentityBinding::name).toList(),
                    identities.stream().map(AzureIdentity::name).toList(),
                    Stream.concat(identities.stream().map(AzureIdentity::clientId), clientIdOfAccount)
                            .toList(),
                    account);
        }

        boolean areIn(LineNames line) {
            // The keys are the groups of the patterns in lines.yaml.
            Map<String, Predicate<String>> tests = Map.of(
                    "pod", this::isPod,
                    "selector", this::isSelector,
                    "binding", this::isBinding,
                    "identity", this::isIdentity,
                    "client", this::isClientId,
                    "account", this::isAccount);
            return tests.entrySet().stream()
                    .anyMatch(test ->
                            line.get(test.getKey()).filter(test.getValue()).isPresent());
        }

        /** Also for a pod of a workload, whose name in a cluster begins with the workload's. */
        private boolean isPod(String shown) {
            boolean isReplica = !pod.owners().isEmpty() && shown.startsWith(pod.name() + "-");
            return isReplica || pod.name().toString().equals(shown);
        }

        private boolean isSelector(String shown) {
            return pod.bindingLabel().orElse("").equals(shown);
        }

        private boolean isBinding(String shown) {
            return bindings.stream().anyMatch(name -> isName(name, shown));
        }

        private boolean isIdentity(String shown) {
            return identities.stream().anyMatch(name -> isName(name, shown));
        }

        private boolean isAccount(String shown) {
            return isName(account, shown.replace(':', '/'));
        }

        /** Some lines name the namespace, and some do not. */
        private static boolean isName(ObjectName name, String shown) {
            return name.toString().equals(shown) || name.name().equals(shown);
        }

        private boolean isClientId(String shown) {
            return clientIds.stream()
                    .anyMatch(clientId -> clientId.equalsIgnoreCase(shown) || isShortened(clientId, shown));
        }

        /** NMI hides the middle of a client ID. */
        private static boolean isShortened(String clientId, String shown) {
            return ClientIds.redacted(clientId).equalsIgnoreCase(shown);
        }
    }
}
