// SPDX-License-Identifier: Apache-2.0
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
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.kubectl.Part;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a workload and its service account, and asks the webhook's own rules which identity its pods get. Pods that run
 * already show which tenant and cloud the real webhook has put into them.
 */
record ClusterReader(String context, String namespace, Kubectl kubectl) {

    private static final String CLIENT_ID = "AZURE_CLIENT_ID";
    private static final String TENANT = "AZURE_TENANT_ID";
    private static final String AUTHORITY = "AZURE_AUTHORITY_HOST";
    private static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";

    private static final String WEBHOOK_CONFIG = "azure-wi-webhook-config";
    private static final List<String> WEBHOOK_NAMESPACES = List.of("kube-system", "azure-workload-identity-system");

    /** The identity that pods of a workload have, and its container as the API has it; none for an account alone. */
    record Borrowed(
            String namespace,
            String serviceAccount,
            String clientId,
            String tenantId,
            String authorityHost,
            Part container) {

        /** The variables by which Azure's libraries of all languages find it. */
        Map<String, String> variables(String tokenFile) {
            return Map.of(
                    CLIENT_ID, clientId,
                    TENANT, tenantId,
                    TOKEN_FILE, tokenFile,
                    AUTHORITY, authorityHost);
        }

        @Override
        public String toString() {
            return "identity " + clientId + " of service account " + namespace + "/" + serviceAccount;
        }
    }

    /** One that stays with the context and the namespace, even if the current ones are changed meanwhile. */
    static ClusterReader of(Kubectl kubectl, Optional<String> namespace)
            throws CannotBorrowException, InterruptedException {
        try {
            Part config = kubectl.readJson("config", "view", "--minify");
            String context = config.text("current-context");
            String own = namespace.orElseGet(() -> config.at("contexts").items().stream()
                    .map(one -> one.text("context", "namespace"))
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElse("default"));
            return new ClusterReader(
                    context, own, kubectl.withOption("--context=" + context).withOption("--namespace=" + own));
        } catch (KubectlException e) {
            throw CannotBorrowException.of(e, "looks for the cluster", "", namespace.orElse("default"));
        }
    }

    /** Finds the identity; what is not given, the cluster says. */
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
        requireWorkloadIdentity(workload, pod);
        Container container =
                container(workload, pod, annotations, containerName, settings(account, tenant, annotations));
        Map<String, String> variables = literal(container);
        return new Borrowed(
                namespace,
                account,
                required(
                        variables.get(CLIENT_ID),
                        "Service account " + namespace + "/" + account
                                + " stands for no identity: it lacks the annotation " + Keys.CLIENT_ID
                                + ". Add it: kubectl annotate serviceaccount " + account + " --namespace " + namespace
                                + " " + Keys.CLIENT_ID + "=CLIENT-ID"),
                required(
                        tenant == null ? variables.get(TENANT) : tenant,
                        "The tenant is not known: service account " + namespace + "/" + account
                                + " has no annotation " + Keys.TENANT_ID
                                + ", no pod runs under it, and the webhook's ConfigMap " + WEBHOOK_CONFIG
                                + " cannot be read. Say it: --tenant ID (az account show --query tenantId)"),
                authorityHost == null ? variables.getOrDefault(AUTHORITY, "") : authorityHost,
                ContainerVariables.container(object, container.name()));
    }

    /** What the webhook is told: what a running pod shows of it, else what its own configuration says. */
    private WebhookSettings settings(String account, @Nullable String tenant, Map<String, String> annotations)
            throws InterruptedException {
        Map<String, String> seen = variablesOfARunningPod(account);
        String known = tenant == null ? seen.getOrDefault(TENANT, "") : tenant;
        Map<String, String> configured =
                known.isEmpty() && !annotations.containsKey(Keys.TENANT_ID) ? webhookSettings() : Map.of();
        return new WebhookSettings(
                WebhookVersion.V1_6_0,
                known.isEmpty() ? configured.getOrDefault(TENANT, "") : known,
                seen.getOrDefault(
                        AUTHORITY, WebhookSettings.authorityHostOf(configured.getOrDefault("AZURE_ENVIRONMENT", ""))),
                true,
                Optional.empty());
    }

    /** Only an identity that stands on the account's token can be borrowed. */
    private static void requireWorkloadIdentity(WorkloadName workload, Pod pod) throws CannotBorrowException {
        boolean uses = "true".equals(pod.labels().get(Keys.USE));
        if (!uses && pod.bindingLabel().isPresent()) {
            throw new CannotBorrowException(workload + " gets its identity from aad-pod-identity (label "
                    + Pod.BINDING_LABEL + "), which gives it to an address in the cluster and not to an account, so"
                    + " nothing outside can borrow it. Move it to workload identity: podid migrate");
        }
        if (!uses) {
            throw new CannotBorrowException("Pods of " + workload + " have no workload identity: their template lacks"
                    + " the label " + Keys.USE + ": \"true\". To borrow the identity of their account all the same,"
                    + " name it: sa/" + Webhook.serviceAccount(pod));
        }
        String binding = pod.metadata().annotations().getOrDefault(Keys.USE_IDENTITY_BINDING, "");
        if (binding.toLowerCase(Locale.ROOT).equals("true")) {
            throw new CannotBorrowException(workload + " uses an identity binding of AKS (annotation "
                    + Keys.USE_IDENTITY_BINDING + "), whose tokens are exchanged by a proxy of the cluster. It is not"
                    + " known whether anything outside reaches that, so podid does not try. A federated credential for"
                    + " its account makes it possible: take the annotation off, or use an account of its own for"
                    + " development.");
        }
    }

    private static String required(@Nullable String value, String otherwise) throws CannotBorrowException {
        if (value == null || value.isEmpty()) {
            throw new CannotBorrowException(otherwise);
        }
        return value;
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
            return kubectl.readJson("get", kind, name);
        } catch (KubectlException e) {
            throw CannotBorrowException.of(
                    e, "reads " + kind + "/" + name + " in namespace " + namespace, name, namespace);
        }
    }

    private static Cluster cluster(Part object) {
        return new ManifestReader(Profile.WORKLOAD_IDENTITY)
                .readText("kubectl", Json.write(object.value()))
                .cluster();
    }

    /** A pod of a workload, even if the workload is scaled down: it has an identity all the same. */
    static Pod pod(WorkloadName workload, Part object) throws CannotBorrowException {
        return cluster(withoutReplicas(object)).pods().stream()
                .findFirst()
                .orElseThrow(() -> new CannotBorrowException(workload + " makes no pods"));
    }

    private static Part withoutReplicas(Part workload) {
        var spec = new LinkedHashMap<>(workload.at("spec").map());
        spec.remove("replicas");
        var object = new LinkedHashMap<>(workload.map());
        object.put("spec", spec);
        return new Part(object);
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
            return cluster(kubectl.readJson("get", "pods", "--selector=" + Keys.USE + "=true")).pods().stream()
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
                return ContainerVariables.texts(
                        kubectl.readJson("get", "configmap", WEBHOOK_CONFIG, "--namespace=" + place)
                                .at("data"));
            } catch (KubectlException e) {
                if (e.kind() == Kind.NO_CLUSTER) {
                    break;
                }
            }
        }
        return Map.of();
    }
}
