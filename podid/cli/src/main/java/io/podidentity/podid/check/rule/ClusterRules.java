// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AzureFacts.AksCluster;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSecurity;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ShellWord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the cluster lacks or forbids. */
final class ClusterRules extends RuleFamily {

    /** The names of the parts in the manifests of AAD Pod Identity. */
    private static final Set<String> PARTS = Set.of("mic", "nmi");

    /** The kinds that were removed from Kubernetes, by their API version. */
    private static final Map<String, Set<String>> REMOVED = Map.ofEntries(
            Map.entry(
                    "extensions/v1beta1", Set.of("Deployment", "DaemonSet", "ReplicaSet", "NetworkPolicy", "Ingress")),
            Map.entry("networking.k8s.io/v1beta1", Set.of("Ingress")),
            Map.entry("apps/v1beta1", Set.of("Deployment", "StatefulSet")),
            Map.entry("apps/v1beta2", Set.of("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet")),
            Map.entry("apiextensions.k8s.io/v1beta1", Set.of("CustomResourceDefinition")),
            Map.entry(
                    "rbac.authorization.k8s.io/v1beta1",
                    Set.of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
            Map.entry(
                    "admissionregistration.k8s.io/v1beta1",
                    Set.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")),
            Map.entry("batch/v1beta1", Set.of("CronJob")),
            Map.entry("policy/v1beta1", Set.of("PodDisruptionBudget")));

    /** The kinds of the group extensions that moved to networking.k8s.io; all others moved to apps. */
    private static final Set<String> MOVED_TO_NETWORKING = Set.of("NetworkPolicy", "Ingress");

    private static final Set<String> KINDS_WITH_SELECTOR =
            Set.of("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet");

    /** What the version v1 of a kind asks for, beyond what its old version did. */
    private static final Map<String, String> ALSO_NEEDED = Map.of(
            "CustomResourceDefinition", ", which needs spec.versions with a schema for each",
            "Ingress", ", which needs a pathType for each path, and backends as service.name and service.port",
            "MutatingWebhookConfiguration", ", which needs sideEffects and admissionReviewVersions for each webhook",
            "ValidatingWebhookConfiguration", ", which needs sideEffects and admissionReviewVersions for each webhook");

    private final Report clusterSettings = error("C18", "cluster-settings", "AKS#3324")
            .says("The cluster's settings do not let the pods get their identity")
            .remedy("Change the cluster by az aks update, or use the other way to an identity");
    private final Report noPodIdentityInCluster = error("C18", "no-pod-identity-in-cluster", "AKS#3324")
            .says("The cluster has no AAD Pod Identity, and the manifest needs it")
            .remedy("Use workload identity: a service account with a client ID, and the pod's label"
                    + " azure.workload.identity/use; podid migrate PATH -o DIR writes them")
            .needs(Sight.EVERYTHING);
    private final Report podBeforeWebhook = error(
                    "C17",
                    "pod-before-webhook",
                    "azure-workload-identity#790",
                    "azure-workload-identity#540",
                    "AKS#3286")
            .says("A pod that runs was created when no webhook answered for it, so it has no token")
            .remedy("Create the pod anew");
    private final Report podSecurity = error("C18", "pod-security", "azure-workload-identity#1424")
            .says("The namespace enforces a Pod Security level that forbids the pod, so it is not created")
            .remedy("Set in the pod what the level asks for, or give the namespace another level");
    private final Report proxyInitPrivileged = error("C18", "proxy-init-privileged", "azure-workload-identity#733")
            .says("The proxy sidecar needs a privileged init container, and the namespace or the cluster"
                    + " forbids it")
            .remedy("Use a library that knows workload identity, without the proxy sidecar");
    private final Report removedApiVersion = error("C18", "removed-api-version", "AKS#3324")
            .says("The API version was removed from Kubernetes")
            .remedy("Write the version that replaced it");
    private final Report systemNamespace = error("C18", "system-namespace", "azure-workload-identity#1249")
            .says("A pod with workload identity is in kube-system")
            .remedy("Put it into a namespace of your own");
    private final Report windowsNode = error("C18", "windows-node", "AKS#3324")
            .says("A pod for Windows nodes uses what exists on Linux only")
            .remedy("Use workload identity without the proxy sidecar");
    private final Report podIdentityDeprecated = info("C20", "pod-identity-deprecated", "AKS#3324")
            .says("AAD Pod Identity is archived, and AKS has ended its support of the add-on")
            .remedy("Move to workload identity: podid migrate PATH -o DIR")
            .needs(Sight.EVERYTHING);
    private final Report ignoreWithoutReason = error("C22", "ignore-without-reason", "aad-pod-identity#497")
            .says("The annotation podid.io/ignore gives no reason")
            .remedy("Write podid.io/ignore: \"RULE: reason\"");

    ClusterRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        clusterSettings();
        if (!context.profile().hasNmi()) {
            noPodIdentityInCluster();
        }
        for (PodSource pod : context.webhookPods()) {
            podBeforeWebhook(pod);
            proxyInitPrivileged(pod);
            systemNamespace(pod);
        }
        podSecurity();
        for (Manifest manifest : context.manifests().objects()) {
            removedApiVersion(manifest);
            ignoreWithoutReason(manifest);
        }
        for (PodSource pod : context.pods()) {
            windowsNode(pod);
        }
        podIdentityDeprecated();
    }

    /** Needs az aks show in the folder of --azure: kubenet, closed metadata service, workload identity that is off. */
    private void clusterSettings() {
        if (context.azure().cluster().isEmpty()) {
            return;
        }
        AksCluster cluster = context.azure().cluster().get();
        Optional<String> obstacle = findObstacleToPodIdentity(cluster);
        if (obstacle.isPresent()) {
            for (PodSource pod : context.labelledPods()) {
                clusterSettings.add(pod.label(Pod.BINDING_LABEL), obstacle.get());
            }
        }
        if (!cluster.hasWorkloadIdentity()) {
            for (PodSource pod : context.webhookPods()) {
                reportWithoutWorkloadIdentity(pod, cluster);
            }
        }
    }

    private void reportWithoutWorkloadIdentity(PodSource pod, AksCluster cluster) {
        clusterSettings.add(
                pod.label(Keys.USE),
                "cluster " + cluster.name() + " has no workload identity webhook or no OIDC issuer",
                "Run: az aks update -g " + ShellWord.quoted(cluster.resourceGroup()) + " -n "
                        + ShellWord.quoted(cluster.name()) + " --enable-oidc-issuer --enable-workload-identity");
    }

    private Optional<String> findObstacleToPodIdentity(AksCluster cluster) {
        if (cluster.isMetadataServiceClosed()) {
            return Optional.of("cluster " + cluster.name() + " keeps pods from the metadata service, and so from NMI");
        }
        // From 1.7.0 on NMI refuses kubenet, where a pod can take the address of another one.
        if (cluster.isKubenet() && context.profile().isAtLeast(1, 7, 0) && !isKubenetAllowed()) {
            return Optional.of("cluster " + cluster.name()
                    + " uses kubenet, where NMI refuses to start without --allow-network-plugin-kubenet");
        }
        return Optional.empty();
    }

    private boolean isKubenetAllowed() {
        return context.pods().stream()
                .flatMap(pod -> pod.containers().stream())
                .flatMap(container -> container.at("args").items().stream())
                .anyMatch(arg -> arg.text().contains("allow-network-plugin-kubenet"));
    }

    /** Without the custom resource definitions the API server refuses such an object, and the label does nothing. */
    private void noPodIdentityInCluster() {
        for (Manifest manifest : context.manifests().objects()) {
            if (manifest.group().equals("aadpodidentity.k8s.io")) {
                String remedy = manifest.kind().equals("AzurePodIdentityException")
                        ? "Remove it: there is no NMI that pods would have to be excepted from."
                        : noPodIdentityInCluster.remedy();
                noPodIdentityInCluster.add(
                        FieldLocation.of(manifest).at("apiVersion"),
                        "the API server answers: no matches for kind \"" + manifest.kind() + "\"",
                        remedy);
            }
        }
        for (PodSource pod : context.pods()) {
            // A pod with both labels is on its way to workload identity, which serves it.
            if (pod.pod().bindingLabel().isPresent() && !pod.label(Keys.USE).exists()) {
                noPodIdentityInCluster.add(
                        pod.label(Pod.BINDING_LABEL),
                        "the label does nothing here, and the node's metadata service answers the pod, with the node's"
                                + " identity");
            }
        }
    }

    /** The webhook changes pods when they are created, and never later. */
    private void podBeforeWebhook(PodSource pod) {
        if (PodSource.isOlderThanWebhook(pod.pod())) {
            podBeforeWebhook.add(
                    pod.label(Keys.USE),
                    "pod " + pod.pod().name().name() + " has the label and not the webhook's variables",
                    "Run: " + PodSource.restart(pod.pod()));
        }
    }

    /** The API server accepts the workload and refuses its pods, and the ReplicaSet or Job alone says so. */
    private void podSecurity() {
        for (PodSource pod : context.identityPods()) {
            PodSecurity.refusal(context.cluster(), pod).ifPresent(reason -> podSecurity.add(pod.spec(), reason));
        }
    }

    /**
     * Pod Security refuses the init container at the levels baseline and restricted; AKS Automatic enforces one
     * everywhere.
     */
    private void proxyInitPrivileged(PodSource pod) {
        FieldLocation annotation = pod.annotation(Keys.INJECT_PROXY);
        if (!annotation.exists()) {
            return;
        }
        String level = PodSecurity.level(context.cluster(), pod.namespace());
        if (level.equals("baseline") || level.equals("restricted")) {
            proxyInitPrivileged.add(
                    annotation,
                    "namespace " + pod.namespace() + " enforces Pod Security " + level
                            + ", which forbids the privileged init container");
        } else if (context.azure().cluster().filter(AksCluster::isAutomatic).isPresent()) {
            proxyInitPrivileged.add(
                    annotation, "AKS Automatic enforces Pod Security, which forbids the privileged init container");
        }
    }

    /**
     * The API server refuses the object. For the profiles 1.5.4 and 1.6.3 the clusters of their time are assumed, which
     * had the version.
     */
    private void removedApiVersion(Manifest manifest) {
        boolean isRemoved =
                REMOVED.getOrDefault(manifest.apiVersion(), Set.of()).contains(manifest.kind());
        if (isRemoved && context.profile().isAtLeast(1, 8, 0) && isOfIdentities(manifest)) {
            removedApiVersion.add(
                    FieldLocation.of(manifest).at("apiVersion"),
                    manifest.kind() + " of " + manifest.apiVersion() + " does not exist any more",
                    "Write: apiVersion: " + findNewGroup(manifest) + "/v1" + describeNeeds(manifest));
        }
    }

    /** Whether the object has to do with identities of pods: others' objects are others' concern. */
    private boolean isOfIdentities(Manifest manifest) {
        String name = manifest.name().name();
        if (manifest.kind().equals("CustomResourceDefinition")) {
            return name.endsWith(".aadpodidentity.k8s.io");
        }
        boolean isOfProduct = PARTS.contains(name) || name.matches(".*(aad-pod-id|azure-wi|workload-identity).*");
        return isOfProduct
                || context.identityPods().stream().anyMatch(pod -> pod.object().equals(manifest.ref()));
    }

    private static String findNewGroup(Manifest manifest) {
        if (!manifest.group().equals("extensions")) {
            return manifest.group();
        }
        return MOVED_TO_NETWORKING.contains(manifest.kind()) ? "networking.k8s.io" : "apps";
    }

    /** What the new version asks for and the manifest lacks. */
    private static String describeNeeds(Manifest manifest) {
        if (KINDS_WITH_SELECTOR.contains(manifest.kind())) {
            boolean hasSelector =
                    FieldLocation.of(manifest).at("spec", "selector").exists();
            return hasSelector ? "" : ", which needs spec.selector";
        }
        return ALSO_NEEDED.getOrDefault(manifest.kind(), "");
    }

    /** AKS keeps webhooks from the pods of kube-system. */
    private void systemNamespace(PodSource pod) {
        if (pod.namespace().equals("kube-system")) {
            systemNamespace.add(pod.label(Keys.USE), "AKS does not show pods of kube-system to the webhook");
        }
    }

    /** Neither NMI nor the proxy sidecar runs on Windows. */
    private void windowsNode(PodSource pod) {
        if (!isForWindows(pod)) {
            return;
        }
        FieldLocation label = pod.label(Pod.BINDING_LABEL);
        if (context.profile().hasNmi() && label.exists()) {
            windowsNode.add(label, "NMI does not run on Windows nodes");
        }
        FieldLocation proxy = pod.annotation(Keys.INJECT_PROXY);
        if (proxy.exists()) {
            windowsNode.add(proxy, "the proxy sidecar does not run on Windows nodes");
        }
    }

    private static boolean isForWindows(PodSource pod) {
        FieldLocation selector = pod.spec("nodeSelector");
        return Stream.of(selector.at("kubernetes.io/os"), selector.at("beta.kubernetes.io/os"), pod.spec("os", "name"))
                .anyMatch(field -> field.text().equals("windows"));
    }

    /** The last release is of June 2023, and the add-on was supported until September 2025. */
    private void podIdentityDeprecated() {
        List<FieldLocation> identities = context.objectsOfKind("AzureIdentity");
        List<FieldLocation> bindings = context.objectsOfKind("AzureIdentityBinding");
        List<FieldLocation> workloads = context.pods().stream()
                .filter(pod -> pod.pod().bindingLabel().isPresent())
                .map(PodSource::manifest)
                .toList();
        String counts = "AzureIdentity: " + identities.size() + ", AzureIdentityBinding: " + bindings.size()
                + ", labelled workloads: " + workloads.size();
        Stream.of(identities, bindings, workloads)
                .flatMap(List::stream)
                .findFirst()
                .ifPresent(first -> podIdentityDeprecated.add(
                        first,
                        "AAD Pod Identity has been archived since 2023, and AKS supported its add-on until"
                                + " September 2025 (" + counts + ")",
                        "Run podid migrate with these paths and -o DIR: it writes the files for workload identity and"
                                + " the az commands, and shows that each pod gets the same identity"));
    }

    /** Without a reason nothing is ignored. */
    private void ignoreWithoutReason(Manifest manifest) {
        for (Ignore ignore : Ignore.readAnnotation(FieldLocation.of(manifest))) {
            if (ignore.reason().isEmpty()) {
                String rules = String.join(", ", ignore.words());
                ignoreWithoutReason.add(
                        ignore.location(),
                        "no reason is given to ignore " + rules + ", so it is not ignored",
                        "Write: " + Ignore.ANNOTATION + ": \"" + rules + ": REASON\"");
            }
        }
    }
}
