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
record ApiResource(String group, String version, String kind, String plural, boolean namespaced, String verb) {

    /** API version, kind, plural, scope, and what can be asked of it. */
    static final List<ApiResource> ALL = """
            v1 ConfigMap configmaps namespace get
            v1 Pod pods namespace get
            v1 Secret secrets namespace get
            v1 ServiceAccount serviceaccounts namespace get
            apps/v1 DaemonSet daemonsets namespace get
            apps/v1 Deployment deployments namespace get
            apps/v1 ReplicaSet replicasets namespace get
            apps/v1 StatefulSet statefulsets namespace get
            batch/v1 CronJob cronjobs namespace get
            batch/v1 Job jobs namespace get
            networking.k8s.io/v1 NetworkPolicy networkpolicies namespace get
            rbac.authorization.k8s.io/v1 Role roles namespace get
            rbac.authorization.k8s.io/v1 RoleBinding rolebindings namespace get
            admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations cluster get
            aadpodidentity.k8s.io/v1 AzureAssignedIdentity azureassignedidentities namespace get
            aadpodidentity.k8s.io/v1 AzureIdentity azureidentities namespace get
            aadpodidentity.k8s.io/v1 AzureIdentityBinding azureidentitybindings namespace get
            aadpodidentity.k8s.io/v1 AzurePodIdentityException azurepodidentityexceptions namespace get
            authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews cluster create
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
                words.get(3).equals("namespace"),
                words.get(4));
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
