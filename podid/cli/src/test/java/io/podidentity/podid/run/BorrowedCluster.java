// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.podid.apiserver.ServedCluster;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import java.time.Duration;
import java.util.List;

/** A cluster with workloads to borrow from, and some from which nobody can. */
final class BorrowedCluster {

    /** Which the webhook was told of. */
    static final String TENANT_ID = "33333333-0000-4000-8000-000000000000";

    static final String CLIENT_ID = "22222222-0000-4000-8000-00000000000a";

    private static final String MANIFESTS = """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: orders, annotations: {azure.workload.identity/client-id: %1$s}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: orders}
            spec:
              replicas: %2$s
              selector: {matchLabels: {app: orders}}
              template:
                metadata: {labels: {app: orders, azure.workload.identity/use: "true"}}
                spec:
                  serviceAccountName: orders
                  containers: [{name: main, image: x, env: [{name: GREETING, value: hello}]}]
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: unlabelled}
            spec:
              selector: {matchLabels: {app: u}}
              template:
                metadata: {labels: {app: u}}
                spec: {serviceAccountName: orders, containers: [{name: main, image: x}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: old, labels: {aadpodidbinding: reader}}
            spec: {containers: [{name: main, image: x}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: bound
              labels: {azure.workload.identity/use: "true"}
              annotations: {azure.workload.identity/use-identity-binding: "true"}
            spec: {serviceAccountName: plain, containers: [{name: main, image: x}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: plain}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: azure-wi-webhook-config, namespace: kube-system}
            data: {AZURE_TENANT_ID: %3$s, AZURE_ENVIRONMENT: AzurePublicCloud}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: dev}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: dev}]
            """;

    private BorrowedCluster() {}

    /** With the user dev, who views the namespace default. */
    static ServedCluster served(int replicas) {
        return served(replicas, Duration.ofDays(1), PodIdentityEmulator.builder());
    }

    /** The same with more manifests. */
    static ServedCluster servedWith(String more) {
        return served(more, 1, Duration.ofDays(1), PodIdentityEmulator.builder());
    }

    /** With this longest life of a token, and a tenant that is described further. */
    static ServedCluster served(int replicas, Duration longestToken, PodIdentityEmulator.Builder builder) {
        return served("", replicas, longestToken, builder);
    }

    private static ServedCluster served(
            String more, int replicas, Duration longestToken, PodIdentityEmulator.Builder builder) {
        String text = MANIFESTS.formatted(CLIENT_ID, replicas, TENANT_ID) + more;
        Manifests manifests = new ManifestReader(Profile.V1_8_17).readText("cluster.yaml", text);
        return new ServedCluster(
                builder.profile(Profile.V1_8_17), () -> manifests, false, longestToken, List.of("dev"));
    }

    static void assumeKubectl() {
        try {
            Kubectl.find(System.getenv());
        } catch (KubectlException e) {
            assumeTrue(false, "there is no kubectl here; e2e has it");
        }
    }
}
