// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A kind of objects as paths of the API name it.
 *
 * @param group empty for the core one
 */
record ApiResource(String group, String version, String kind, String plural, boolean namespaced) {

    /** API version, kind, plural, scope; all can be got and listed. */
    static final List<ApiResource> ALL = """
            v1 ConfigMap configmaps namespace
            v1 Event events namespace
            v1 Namespace namespaces cluster
            v1 Pod pods namespace
            v1 Secret secrets namespace
            v1 ServiceAccount serviceaccounts namespace
            apps/v1 DaemonSet daemonsets namespace
            apps/v1 Deployment deployments namespace
            apps/v1 ReplicaSet replicasets namespace
            apps/v1 StatefulSet statefulsets namespace
            batch/v1 CronJob cronjobs namespace
            batch/v1 Job jobs namespace
            networking.k8s.io/v1 NetworkPolicy networkpolicies namespace
            rbac.authorization.k8s.io/v1 Role roles namespace
            rbac.authorization.k8s.io/v1 RoleBinding rolebindings namespace
            rbac.authorization.k8s.io/v1 ClusterRole clusterroles cluster
            rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings cluster
            discovery.k8s.io/v1 EndpointSlice endpointslices namespace
            authorization.k8s.io/v1 SubjectAccessReview subjectaccessreviews cluster
            admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations cluster
            secrets-store.csi.x-k8s.io/v1 SecretProviderClass secretproviderclasses namespace
            external-secrets.io/v1 ClusterSecretStore clustersecretstores cluster
            external-secrets.io/v1 SecretStore secretstores namespace
            aadpodidentity.k8s.io/v1 AzureAssignedIdentity azureassignedidentities namespace
            aadpodidentity.k8s.io/v1 AzureIdentity azureidentities namespace
            aadpodidentity.k8s.io/v1 AzureIdentityBinding azureidentitybindings namespace
            aadpodidentity.k8s.io/v1 AzurePodIdentityException azurepodidentityexceptions namespace
            """.lines().map(ApiResource::parse).toList();

    private static ApiResource parse(String line) {
        List<String> words = Arrays.asList(line.split(" ", -1));
        String apiVersion = words.get(0);
        int slash = apiVersion.indexOf('/');
        return new ApiResource(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                words.get(1),
                words.get(2),
                words.get(3).equals("namespace"));
    }

    static Optional<ApiResource> ofKind(String kind) {
        return ALL.stream().filter(one -> one.kind().equals(kind)).findFirst();
    }

    static Optional<ApiResource> find(String group, String plural) {
        return ALL.stream()
                .filter(one -> one.group().equals(group) && one.plural().equals(plural))
                .findFirst();
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    String singular() {
        return kind.toLowerCase(Locale.ROOT);
    }

    /** As errors name it, such as {@code deployments.apps}. */
    String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
