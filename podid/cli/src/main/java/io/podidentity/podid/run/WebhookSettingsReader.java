// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out which tenant and cloud the cluster's webhook puts into pods. */
record WebhookSettingsReader(Kubectl kubectl) {

    /** The ConfigMap of the real webhook's chart, and of AKS. */
    static final String CONFIG_MAP = "azure-wi-webhook-config";

    /** AKS runs the webhook in the first namespace, its chart installs it in the second. */
    private static final List<String> WEBHOOK_NAMESPACES = List.of("kube-system", "azure-workload-identity-system");

    /**
     * Reads what a running pod shows of the settings, else what the webhook's own configuration says.
     *
     * @param tenant what the user says; it wins over what the cluster says
     * @param annotations of the service account, which can name a tenant of its own
     */
    WebhookSettings read(String account, Optional<String> tenant, Map<String, String> annotations)
            throws InterruptedException {
        Map<String, String> running = variablesOfRunningPod(account);
        String knownTenant = tenant.orElse(running.getOrDefault(BorrowedIdentity.TENANT, ""));
        boolean isTenantKnown = !knownTenant.isEmpty() || annotations.containsKey(Keys.TENANT_ID);
        // Not everybody may read the configuration, so it is asked for only where it is needed.
        Map<String, String> configured = isTenantKnown ? Map.of() : readConfigMap();
        String cloud = configured.getOrDefault("AZURE_ENVIRONMENT", "");
        return new WebhookSettings(
                WebhookVersion.V1_6_0,
                knownTenant.isEmpty() ? configured.getOrDefault(BorrowedIdentity.TENANT, "") : knownTenant,
                running.getOrDefault(BorrowedIdentity.AUTHORITY, WebhookSettings.authorityHostOf(cloud)),
                true,
                Optional.empty());
    }

    /** Of the first pod that runs under the account; none if there is none, or pods cannot be read. */
    private Map<String, String> variablesOfRunningPod(String account) throws InterruptedException {
        try {
            return ClusterObjects.parse(kubectl.readJson("get", "pods", "--selector=" + Keys.USE + "=true"))
                    .pods()
                    .stream()
                    .filter(pod -> Webhook.serviceAccount(pod).equals(account))
                    .flatMap(pod -> pod.spec().containers().stream())
                    .map(ClusterObjects::literalVariables)
                    .filter(variables -> variables.containsKey(BorrowedIdentity.TOKEN_FILE))
                    .findFirst()
                    .orElse(Map.of());
        } catch (KubectlException notReadable) {
            return Map.of();
        }
    }

    /** What the cluster's administrators have told the webhook; none if it cannot be read. */
    private Map<String, String> readConfigMap() throws InterruptedException {
        for (String namespace : WEBHOOK_NAMESPACES) {
            try {
                return ContainerVariables.texts(
                        kubectl.readJson("get", "configmap", CONFIG_MAP, "--namespace=" + namespace)
                                .at("data"));
            } catch (KubectlException e) {
                // Another namespace of the same cluster would not answer either.
                if (e.kind() == Kind.NO_CLUSTER) {
                    return Map.of();
                }
            }
        }
        return Map.of();
    }
}
