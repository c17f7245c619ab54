// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.workload.Keys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The MutatingWebhookConfiguration that makes the API server ask podid about new pods. podid writes it when it serves,
 * and again if somebody changes or deletes it. It goes when podid goes for good: podid deletes it if its Deployment is
 * deleted or scaled to nothing, and the cluster deletes it with podid's namespace.
 *
 * <p>Thread-safety: safe.
 */
final class WebhookConfiguration {

    /** As azure-workload-identity calls its webhook, whatever its configuration is called. */
    static final String WORKLOAD_IDENTITY = "mutation.azure-workload-identity.io";

    private static final String POD_IDENTITY = "aadpodidbinding.podid.io";
    private static final String NAMESPACES = "namespace.podid.io";
    private static final String PODS = "pod.podid.io";

    /** On a namespace: its pods are to trust the emulated Azure, whatever labels they have. On a pod: that pod is. */
    private static final String OPT_IN = "podid.io/emulated-azure";

    private static final String ENABLED = "enabled";

    /** podid's own pods must start without podid. */
    private static final List<String> NOT_ASKED_ABOUT = List.of(KubernetesCluster.NAME, NodeTokens.NAMESPACE);

    private final KubernetesClient client;
    private final WebhookClientConfig podid;
    private final MutatingWebhookConfiguration wanted;

    /**
     * @param path at which podid answers, which the API server alone is to know
     * @param authority has signed the certificate of podid's port for HTTPS
     * @param withPodIdentity whether it is asked about pods with {@code aadpodidbinding} too
     */
    WebhookConfiguration(
            KubernetesClient client, String path, CertificateAuthority authority, boolean withPodIdentity) {
        this.client = client;
        this.podid = describePodid(path, authority);
        var hooks = new ArrayList<MutatingWebhook>();
        // A pod that asks for an identity waits for podid; all others are created without it.
        hooks.add(hook(WORKLOAD_IDENTITY, "Fail", others(), List.of(in(Keys.USE, "true"))));
        // Programs that ask for tokens of accounts themselves need the way to Entra ID alone.
        List<LabelSelectorRequirement> enabled = new ArrayList<>(others());
        enabled.add(in(OPT_IN, ENABLED));
        hooks.add(hook(NAMESPACES, "Fail", enabled, List.of(notIn(Keys.USE, "true"))));
        hooks.add(hook(PODS, "Fail", others(), List.of(in(OPT_IN, ENABLED), notIn(Keys.USE, "true"))));
        if (withPodIdentity) {
            hooks.add(hook(POD_IDENTITY, "Ignore", others(), List.of(exists(Pod.BINDING_LABEL))));
        }
        this.wanted = configuration(OwnNamespace.asOwner(client), hooks);
    }

    private static MutatingWebhookConfiguration configuration(OwnerReference owner, List<MutatingWebhook> hooks) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(KubernetesCluster.NAME)
                .withOwnerReferences(owner)
                .endMetadata()
                .withWebhooks(hooks)
                .build();
    }

    /** How the API server reaches podid. */
    private static WebhookClientConfig describePodid(String path, CertificateAuthority authority) {
        byte[] certificate = authority.pem().getBytes(StandardCharsets.US_ASCII);
        return new WebhookClientConfigBuilder()
                .withNewService()
                .withName(KubernetesCluster.NAME)
                .withNamespace(KubernetesCluster.NAME)
                .withPath(path)
                .endService()
                .withCaBundle(Base64.getEncoder().encodeToString(certificate))
                .build();
    }

    private static RuleWithOperations creationOfPods() {
        return new RuleWithOperationsBuilder()
                .withApiGroups("")
                .withApiVersions("v1")
                .withOperations("CREATE")
                .withResources("pods")
                .build();
    }

    private MutatingWebhook hook(
            String name,
            String failurePolicy,
            List<LabelSelectorRequirement> namespaces,
            List<LabelSelectorRequirement> pods) {
        return new MutatingWebhookBuilder()
                .withName(name)
                .withAdmissionReviewVersions("v1")
                .withClientConfig(podid)
                .withFailurePolicy(failurePolicy)
                .withMatchPolicy("Equivalent")
                .withNewNamespaceSelector()
                .withMatchExpressions(namespaces)
                .endNamespaceSelector()
                .withNewObjectSelector()
                .withMatchExpressions(pods)
                .endObjectSelector()
                .withReinvocationPolicy("IfNeeded")
                .withRules(creationOfPods())
                // podid creates the ConfigMap with what pods trust, unless the API server only tries.
                .withSideEffects("NoneOnDryRun")
                .build();
    }

    private static List<LabelSelectorRequirement> others() {
        return List.of(notIn("kubernetes.io/metadata.name", NOT_ASKED_ABOUT.toArray(String[]::new)));
    }

    private static LabelSelectorRequirement in(String label, String value) {
        return new LabelSelectorRequirement(label, "In", List.of(value));
    }

    private static LabelSelectorRequirement notIn(String label, String... values) {
        return new LabelSelectorRequirement(label, "NotIn", List.of(values));
    }

    private static LabelSelectorRequirement exists(String label) {
        return new LabelSelectorRequirement(label, "Exists", List.of());
    }

    /** Writes it now and whenever somebody has changed or deleted it. */
    void keep(Executor thread) {
        write();
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(KubernetesCluster.NAME)
                .inform()
                .addEventHandler(new SoonAfter(thread, this::write));
    }

    void write() {
        client.resource(wanted).fieldManager("podid").forceConflicts().serverSideApply();
    }

    /** Deletes it unless the Deployment starts podid again, for new pods wait meanwhile. */
    void removeIfGone() {
        try {
            Deployment deployment =
                    client.apps().deployments().withName(KubernetesCluster.NAME).get();
            if (deployment != null && isKept(deployment)) {
                return;
            }
        } catch (KubernetesClientException rightIsGone) {
            // It is deleted with all else.
        }
        remove(client);
    }

    private static boolean isKept(Deployment deployment) {
        return deployment.getMetadata().getDeletionTimestamp() == null
                && deployment.getSpec().getReplicas() > 0;
    }

    /** Deletes what an earlier process has written, if anything. */
    static void remove(KubernetesClient client) {
        try {
            var unused = client.admissionRegistration()
                    .v1()
                    .mutatingWebhookConfigurations()
                    .withName(KubernetesCluster.NAME)
                    .delete();
        } catch (KubernetesClientException rightIsGone) {
            // The cluster deletes it with the namespace that owns it.
        }
    }
}
