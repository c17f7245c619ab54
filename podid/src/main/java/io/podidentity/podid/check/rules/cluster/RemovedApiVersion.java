package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.Map;

/** For the profiles 1.5.4 and 1.6.3 the clusters of their time are assumed, which had it. */
public final class RemovedApiVersion implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "removed-api-version",
                "The API version was removed from Kubernetes",
                "Write the version that replaced it",
                "Azure/AKS#3324");
    }

    private static final Map<String, String> REMOVED = Map.ofEntries(
            Map.entry("extensions/v1beta1 Deployment", "apps/v1"),
            Map.entry("extensions/v1beta1 DaemonSet", "apps/v1"),
            Map.entry("extensions/v1beta1 ReplicaSet", "apps/v1"),
            Map.entry("extensions/v1beta1 NetworkPolicy", "networking.k8s.io/v1"),
            Map.entry("extensions/v1beta1 Ingress", "networking.k8s.io/v1"),
            Map.entry("networking.k8s.io/v1beta1 Ingress", "networking.k8s.io/v1"),
            Map.entry("apps/v1beta1 Deployment", "apps/v1"),
            Map.entry("apps/v1beta1 StatefulSet", "apps/v1"),
            Map.entry("apps/v1beta2 Deployment", "apps/v1"),
            Map.entry("apps/v1beta2 DaemonSet", "apps/v1"),
            Map.entry("apps/v1beta2 StatefulSet", "apps/v1"),
            Map.entry("apps/v1beta2 ReplicaSet", "apps/v1"),
            Map.entry("apiextensions.k8s.io/v1beta1 CustomResourceDefinition", "apiextensions.k8s.io/v1"),
            Map.entry("rbac.authorization.k8s.io/v1beta1 ClusterRole", "rbac.authorization.k8s.io/v1"),
            Map.entry("rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
            Map.entry("rbac.authorization.k8s.io/v1beta1 Role", "rbac.authorization.k8s.io/v1"),
            Map.entry("rbac.authorization.k8s.io/v1beta1 RoleBinding", "rbac.authorization.k8s.io/v1"),
            Map.entry(
                    "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration",
                    "admissionregistration.k8s.io/v1"),
            Map.entry(
                    "admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration",
                    "admissionregistration.k8s.io/v1"),
            Map.entry("batch/v1beta1 CronJob", "batch/v1"),
            Map.entry("policy/v1beta1 PodDisruptionBudget", "policy/v1"));

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().isAtLeast(1, 8, 0)) {
            return;
        }
        for (Manifest manifest : context.manifests().objects()) {
            String replaced = REMOVED.get(manifest.apiVersion() + " " + manifest.kind());
            if (replaced != null) {
                FieldLocation field = FieldLocation.of(manifest).at("apiVersion");
                String message = manifest.kind() + " of " + manifest.apiVersion() + " does not exist any more";
                report.add(field, message, "Write: apiVersion: " + replaced + alsoNeeded(manifest));
            }
        }
    }

    /** What the version that replaced it asks for, and the manifest lacks. */
    private static String alsoNeeded(Manifest manifest) {
        FieldLocation spec = FieldLocation.of(manifest).at("spec");
        return switch (manifest.kind()) {
            case "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet" ->
                spec.at("selector").exists() ? "" : ", which needs spec.selector";
            case "CustomResourceDefinition" -> ", which needs spec.versions with a schema for each";
            case "Ingress" -> ", which needs a pathType for each path, and backends as service.name and service.port";
            case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration" ->
                ", which needs sideEffects and admissionReviewVersions for each webhook";
            default -> "";
        };
    }
}
