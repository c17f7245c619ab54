package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.manifest.Manifest;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The resources of a cluster: what each has, and those of the custom kinds that stand in the manifests. */
final class ApiResources {

    private static final String DEFINITION = "CustomResourceDefinition";
    private static final String CLUSTER = "cluster";

    /** API version, kind, plural, scope, short names. */
    private static final List<ApiResource> KNOWN =
            """
            v1 ConfigMap configmaps namespace cm
            v1 Endpoints endpoints namespace ep
            v1 Event events namespace ev
            v1 LimitRange limitranges namespace limits
            v1 Namespace namespaces cluster ns
            v1 Node nodes cluster no
            v1 PersistentVolume persistentvolumes cluster pv
            v1 PersistentVolumeClaim persistentvolumeclaims namespace pvc
            v1 Pod pods namespace po
            v1 ReplicationController replicationcontrollers namespace rc
            v1 ResourceQuota resourcequotas namespace quota
            v1 Secret secrets namespace
            v1 Service services namespace svc
            v1 ServiceAccount serviceaccounts namespace sa
            apps/v1 DaemonSet daemonsets namespace ds
            apps/v1 Deployment deployments namespace deploy
            apps/v1 ReplicaSet replicasets namespace rs
            apps/v1 StatefulSet statefulsets namespace sts
            batch/v1 CronJob cronjobs namespace cj
            batch/v1 Job jobs namespace
            autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers namespace hpa
            policy/v1 PodDisruptionBudget poddisruptionbudgets namespace pdb
            networking.k8s.io/v1 Ingress ingresses namespace ing
            networking.k8s.io/v1 IngressClass ingressclasses cluster
            networking.k8s.io/v1 NetworkPolicy networkpolicies namespace netpol
            rbac.authorization.k8s.io/v1 ClusterRole clusterroles cluster
            rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings cluster
            rbac.authorization.k8s.io/v1 Role roles namespace
            rbac.authorization.k8s.io/v1 RoleBinding rolebindings namespace
            storage.k8s.io/v1 StorageClass storageclasses cluster sc
            scheduling.k8s.io/v1 PriorityClass priorityclasses cluster pc
            apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions cluster crd,crds
            apiregistration.k8s.io/v1 APIService apiservices cluster
            admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations cluster
            admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations cluster
            aadpodidentity.k8s.io/v1 AzureAssignedIdentity azureassignedidentities namespace
            aadpodidentity.k8s.io/v1 AzureIdentity azureidentities namespace
            aadpodidentity.k8s.io/v1 AzureIdentityBinding azureidentitybindings namespace
            aadpodidentity.k8s.io/v1 AzurePodIdentityException azurepodidentityexceptions namespace
            authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews cluster
            authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews cluster
            authorization.k8s.io/v1 SelfSubjectRulesReview selfsubjectrulesreviews cluster
            """.lines().map(ApiResources::known).toList();

    private final Map<String, ApiResource> byKind = new LinkedHashMap<>();

    ApiResources(Collection<Manifest> manifests) {
        KNOWN.forEach(this::add);
        manifests.stream()
                .filter(manifest -> manifest.kind().equals(DEFINITION))
                .forEach(definition -> define(Tree.of(definition.content())));
        manifests.forEach(this::of);
    }

    private static ApiResource known(String line) {
        List<String> words = Arrays.asList(line.split(" ", -1));
        String apiVersion = words.get(0);
        int slash = apiVersion.indexOf('/');
        return new ApiResource(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                words.get(1),
                words.get(2),
                words.size() < 5 ? List.of() : List.of(words.get(4).split(",", -1)),
                !words.get(3).equals(CLUSTER),
                words.get(1).startsWith("SelfSubject") ? ApiResource.CREATE : ApiResource.READ);
    }

    private void define(Map<String, Object> definition) {
        Tree.maps(definition, "spec", "versions").stream()
                .map(version -> Tree.text(version, "name"))
                .filter(version -> !version.isEmpty())
                .forEach(version -> add(new ApiResource(
                        Tree.text(definition, "spec", "group"),
                        version,
                        Tree.text(definition, "spec", "names", "kind"),
                        Tree.text(definition, "spec", "names", "plural"),
                        Tree.texts(definition, "spec", "names", "shortNames"),
                        !Tree.text(definition, "spec", "scope").equals("Cluster"),
                        ApiResource.READ)));
    }

    private void add(ApiResource resource) {
        byKind.put(key(resource.apiVersion(), resource.kind()), resource);
    }

    private static String key(String apiVersion, String kind) {
        return apiVersion + " " + kind;
    }

    /** The resource of a manifest; of a kind that nothing describes, what its name suggests. */
    ApiResource of(Manifest manifest) {
        return byKind.computeIfAbsent(
                key(manifest.apiVersion(), manifest.kind()),
                key -> guess(manifest.group(), manifest.apiVersion(), manifest.kind()));
    }

    private ApiResource guess(String group, String apiVersion, String kind) {
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        Optional<ApiResource> otherVersion = byKind.values().stream()
                .filter(one -> one.kind().equals(kind) && one.group().equals(group))
                .findFirst();
        return new ApiResource(
                group,
                version,
                kind,
                otherVersion.map(ApiResource::plural).orElseGet(() -> plural(kind.toLowerCase(Locale.ROOT))),
                List.of(),
                otherVersion.map(ApiResource::namespaced).orElse(!kind.startsWith("Cluster")),
                ApiResource.READ);
    }

    private static String plural(String word) {
        if (word.endsWith("s") || word.endsWith("x") || word.endsWith("ch")) {
            return word + "es";
        }
        return word.endsWith("y") ? word.substring(0, word.length() - 1) + "ies" : word + "s";
    }

    /** The known resource of that kind. */
    ApiResource ofKind(String apiVersion, String kind) {
        ApiResource resource = byKind.get(key(apiVersion, kind));
        if (resource == null) {
            throw new IllegalArgumentException("No resource for " + kind + " of " + apiVersion);
        }
        return resource;
    }

    /** The resource that a path names. */
    Optional<ApiResource> find(String group, String version, String plural) {
        return byKind.values().stream()
                .filter(one -> one.group().equals(group) && one.version().equals(version))
                .filter(one -> one.plural().equals(plural))
                .findFirst();
    }

    Collection<ApiResource> all() {
        return byKind.values();
    }
}
