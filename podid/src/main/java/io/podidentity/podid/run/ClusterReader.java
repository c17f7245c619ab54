package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.Cloud;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlFailure.Kind;
import io.podidentity.podid.kubectl.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a workload and its service account, and asks the webhook's own rules which identity its pods get. Pods that run
 * already show which tenant and cloud the real webhook has put into them.
 */
final class ClusterReader {

    private static final String TENANT = "AZURE_TENANT_ID";
    private static final String AUTHORITY = "AZURE_AUTHORITY_HOST";
    private static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";

    private static final String WEBHOOK_CONFIG = "azure-wi-webhook-config";
    private static final List<String> WEBHOOK_NAMESPACES = List.of("kube-system", "azure-workload-identity-system");

    private final Kubectl kubectl;
    private final String namespace;
    private final Explanations explanations;

    ClusterReader(Kubectl kubectl, String namespace, Explanations explanations) {
        this.kubectl = kubectl;
        this.namespace = namespace;
        this.explanations = explanations;
    }

    /**
     * Finds the identity.
     *
     * @param containerName null for the first that the webhook does not skip
     * @param tenant null for the one that the cluster says
     * @param authorityHost likewise
     */
    Borrowed read(
            WorkloadName workload,
            @Nullable String containerName,
            @Nullable String tenant,
            @Nullable String authorityHost)
            throws CannotBorrowException, InterruptedException {
        Part object = get(workload.kind(), workload.name());
        Pod pod = workload.isServiceAccount() ? podOf(workload.name()) : pod(workload, object);
        String account = Webhook.serviceAccount(pod);
        Map<String, String> annotations =
                annotations(workload.isServiceAccount() ? object : get(WorkloadName.SERVICE_ACCOUNT, account));
        explanations.requireWorkloadIdentity(workload, pod);
        Map<String, String> seen = variablesOfARunningPod(account);
        String knownTenant = tenant == null ? seen.getOrDefault(TENANT, "") : tenant;
        Map<String, String> settings =
                knownTenant.isEmpty() && !annotations.containsKey(Keys.TENANT_ID) ? webhookSettings() : Map.of();
        Container container = container(
                workload,
                pod,
                annotations,
                containerName,
                new WebhookSettings(
                        WebhookVersion.V1_6_0,
                        knownTenant.isEmpty() ? settings.getOrDefault(TENANT, "") : knownTenant,
                        seen.getOrDefault(
                                AUTHORITY, Cloud.authorityHost(settings.getOrDefault("AZURE_ENVIRONMENT", ""))),
                        true,
                        Optional.empty()));
        Map<String, String> variables = literal(container);
        return new Borrowed(
                namespace,
                account,
                explanations.requireClientId(variables.get("AZURE_CLIENT_ID"), account),
                explanations.requireTenant(tenant == null ? variables.get(TENANT) : tenant, account),
                authorityHost == null ? variables.getOrDefault(AUTHORITY, "") : authorityHost,
                ContainerVariables.container(object, container.name()));
    }

    private Container container(
            WorkloadName workload,
            Pod pod,
            Map<String, String> annotations,
            @Nullable String containerName,
            WebhookSettings settings)
            throws CannotBorrowException {
        Admission admission = new Webhook(settings).admit(pod, Optional.of(annotations));
        if (admission instanceof Denied denied) {
            throw new CannotBorrowException("A pod of " + workload + " would not be created: " + denied.reason());
        }
        Pod made = admission instanceof Admitted admitted ? admitted.pod() : pod;
        return made.spec().containers().stream()
                .filter(one -> containerName == null
                        ? one.env().stream()
                                .anyMatch(variable -> variable.name().equals(TOKEN_FILE))
                        : one.name().equals(containerName))
                .findFirst()
                .orElseThrow(() -> new CannotBorrowException(workload + " has no container "
                        + (containerName == null ? "with an identity" : "of the name " + containerName)
                        + "; it has "
                        + made.spec().containers().stream().map(Container::name).toList()));
    }

    private static Map<String, String> literal(Container container) {
        var variables = new HashMap<String, String>();
        for (EnvironmentVariable variable : container.env()) {
            if (variable.value() != null) {
                variables.put(variable.name(), variable.value());
            }
        }
        return variables;
    }

    private Part get(String kind, String name) throws CannotBorrowException, InterruptedException {
        try {
            return kubectl.json("get", kind, name);
        } catch (KubectlException e) {
            throw explanations.of(e.failure(), "reads " + kind + "/" + name + " in namespace " + namespace, name);
        }
    }

    private static Cluster cluster(Part object) {
        return new ManifestReader(Profile.WORKLOAD_IDENTITY)
                .readText("kubectl", Json.write(object.value()))
                .cluster();
    }

    private static Pod pod(WorkloadName workload, Part object) throws CannotBorrowException {
        // A workload that is scaled down has an identity all the same.
        if (object.at("spec").value() instanceof Map<?, ?> spec) {
            spec.remove("replicas");
        }
        return cluster(object).pods().stream()
                .findFirst()
                .orElseThrow(() -> new CannotBorrowException(workload + " makes no pods"));
    }

    /** The pod that a service account alone stands for. */
    private Pod podOf(String account) {
        return new Pod(
                Metadata.of(namespace, account).withLabels(Map.of(Keys.USE, "true")),
                new PodSpec(account, false, "", List.of(), List.of(Container.of(account, "")), List.of()),
                List.of(),
                "Running");
    }

    private static Map<String, String> annotations(Part account) {
        return cluster(account).all(ServiceAccount.class).get(0).metadata().annotations();
    }

    /** Of the first that runs under the account; none if there is none, or pods cannot be read. */
    private Map<String, String> variablesOfARunningPod(String account) throws InterruptedException {
        try {
            return cluster(kubectl.json("get", "pods", "--selector=" + Keys.USE + "=true")).pods().stream()
                    .filter(pod -> Webhook.serviceAccount(pod).equals(account))
                    .flatMap(pod -> pod.spec().containers().stream())
                    .map(ClusterReader::literal)
                    .filter(variables -> variables.containsKey(TOKEN_FILE))
                    .findFirst()
                    .orElse(Map.of());
        } catch (KubectlException notReadable) {
            return Map.of();
        }
    }

    /** What the cluster's administrators have told the webhook; none if it cannot be read. */
    private Map<String, String> webhookSettings() throws InterruptedException {
        for (String place : WEBHOOK_NAMESPACES) {
            try {
                return ContainerVariables.texts(kubectl.json("get", "configmap", WEBHOOK_CONFIG, "--namespace=" + place)
                        .at("data"));
            } catch (KubectlException e) {
                if (e.failure().kind() == Kind.NO_CLUSTER) {
                    break;
                }
            }
        }
        return Map.of();
    }
}
