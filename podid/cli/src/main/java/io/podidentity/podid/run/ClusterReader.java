// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a workload and its service account, and asks the webhook's own rules which identity its pods get. Pods that run
 * already show which tenant and cloud the real webhook has put into them.
 */
record ClusterReader(String context, String namespace, Kubectl kubectl) {

    /** What the user says, in place of what the cluster would say. */
    record Choices(Optional<String> container, Optional<String> tenant, Optional<String> authorityHost) {}

    /**
     * Looks for the cluster and the namespace. The reader stays with both, even if the current ones are changed
     * meanwhile.
     *
     * @param namespace empty for that of the context
     */
    static ClusterReader open(Kubectl kubectl, Optional<String> namespace)
            throws CannotBorrowException, InterruptedException {
        try {
            KubernetesJson config = kubectl.readJson("config", "view", "--minify");
            String context = config.text("current-context");
            String own = namespace.orElseGet(() -> namespaceOfContext(config));
            return new ClusterReader(
                    context, own, kubectl.withOption("--context=" + context).withOption("--namespace=" + own));
        } catch (KubectlException e) {
            throw CannotBorrowException.ofKubectl(e, "looks for the cluster", "", namespace.orElse("default"));
        }
    }

    private static String namespaceOfContext(KubernetesJson config) {
        return config.at("contexts").items().stream()
                .map(context -> context.text("context", "namespace"))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("default");
    }

    /** Finds the identity; what the user does not say, the cluster does. */
    BorrowedIdentity read(WorkloadName workload, Choices choices) throws CannotBorrowException, InterruptedException {
        KubernetesJson object = get(workload.kind(), workload.name());
        Pod pod = workload.isServiceAccount() ? podUnder(workload.name()) : podOf(workload, object);
        String account = Webhook.serviceAccount(pod);
        KubernetesJson accountObject =
                workload.isServiceAccount() ? object : get(WorkloadName.SERVICE_ACCOUNT, account);
        Map<String, String> annotations = ClusterObjects.annotationsOf(accountObject);
        requireWorkloadIdentity(workload, pod);
        WebhookSettings settings = new WebhookSettingsReader(kubectl).read(account, choices.tenant(), annotations);
        Pod admitted = admit(workload, pod, annotations, settings);
        Container container = findContainer(workload, admitted, choices.container());
        Map<String, String> variables = ClusterObjects.literalVariables(container);
        return new BorrowedIdentity(
                namespace,
                account,
                requireClientId(account, variables),
                requireTenant(account, choices.tenant(), variables),
                choices.authorityHost().orElse(variables.getOrDefault(BorrowedIdentity.AUTHORITY, "")),
                ContainerVariables.container(object, container.name()));
    }

    private String requireClientId(String account, Map<String, String> variables) throws CannotBorrowException {
        String clientId = variables.getOrDefault(BorrowedIdentity.CLIENT_ID, "");
        if (clientId.isEmpty()) {
            throw new CannotBorrowException("Service account " + namespace + "/" + account
                    + " stands for no identity: it lacks the annotation " + Keys.CLIENT_ID
                    + ". Add it: kubectl annotate serviceaccount " + account + " --namespace " + namespace
                    + " " + Keys.CLIENT_ID + "=CLIENT-ID");
        }
        return clientId;
    }

    private String requireTenant(String account, Optional<String> chosen, Map<String, String> variables)
            throws CannotBorrowException {
        String tenant = chosen.orElse(variables.getOrDefault(BorrowedIdentity.TENANT, ""));
        if (tenant.isEmpty()) {
            throw new CannotBorrowException("The tenant is not known: service account " + namespace + "/" + account
                    + " has no annotation " + Keys.TENANT_ID
                    + ", no pod runs under it, and the webhook's ConfigMap " + WebhookSettingsReader.CONFIG_MAP
                    + " cannot be read. Say it: --tenant ID (az account show --query tenantId)");
        }
        return tenant;
    }

    /** Refuses all but identities that stand on the account's token, since no other can be borrowed. */
    private static void requireWorkloadIdentity(WorkloadName workload, Pod pod) throws CannotBorrowException {
        boolean uses = "true".equals(pod.labels().get(Keys.USE));
        // A pod with both labels gets its identity from the webhook too, so it can be borrowed.
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
        if (binding.equalsIgnoreCase("true")) {
            throw new CannotBorrowException(workload + " uses an identity binding of AKS (annotation "
                    + Keys.USE_IDENTITY_BINDING + "), whose tokens are exchanged by a proxy of the cluster. It is not"
                    + " known whether anything outside reaches that, so podid does not try. A federated credential for"
                    + " its account makes it possible: take the annotation off, or use an account of its own for"
                    + " development.");
        }
    }

    /** The pod as the webhook changes it when it is created. */
    private static Pod admit(WorkloadName workload, Pod pod, Map<String, String> annotations, WebhookSettings settings)
            throws CannotBorrowException {
        Admission admission = new Webhook(settings).admit(pod, Optional.of(annotations));
        if (admission instanceof Denied denied) {
            throw new CannotBorrowException("A pod of " + workload + " would not be created: " + denied.reason());
        }
        return admission instanceof Admitted admitted ? admitted.pod() : pod;
    }

    private static Container findContainer(WorkloadName workload, Pod pod, Optional<String> name)
            throws CannotBorrowException {
        List<Container> containers = pod.spec().containers();
        for (Container container : containers) {
            if (isMeant(container, name)) {
                return container;
            }
        }
        String missing = name.map(text -> "of the name " + text).orElse("with an identity");
        throw new CannotBorrowException(workload + " has no container " + missing + "; it has "
                + containers.stream().map(Container::name).toList());
    }

    private static boolean isMeant(Container container, Optional<String> name) {
        return name.isPresent() ? container.name().equals(name.get()) : hasIdentity(container);
    }

    private static boolean hasIdentity(Container container) {
        return container.env().stream().anyMatch(variable -> variable.name().equals(BorrowedIdentity.TOKEN_FILE));
    }

    private KubernetesJson get(String kind, String name) throws CannotBorrowException, InterruptedException {
        try {
            return kubectl.readJson("get", kind, name);
        } catch (KubectlException e) {
            throw CannotBorrowException.ofKubectl(
                    e, "reads " + kind + "/" + name + " in namespace " + namespace, name, namespace);
        }
    }

    /** A pod of a workload, even if the workload is scaled down: it has an identity all the same. */
    static Pod podOf(WorkloadName workload, KubernetesJson object) throws CannotBorrowException {
        return ClusterObjects.parse(withoutReplicas(object)).pods().stream()
                .findFirst()
                .orElseThrow(() -> new CannotBorrowException(workload + " makes no pods"));
    }

    /** A copy, since the object is looked at again. */
    private static KubernetesJson withoutReplicas(KubernetesJson workload) {
        var spec = new LinkedHashMap<>(workload.at("spec").map());
        spec.remove("replicas");
        var object = new LinkedHashMap<>(workload.map());
        object.put("spec", spec);
        return new KubernetesJson(object);
    }

    /** A pod under a service account that is named without a workload. */
    private Pod podUnder(String account) {
        return new Pod(
                Metadata.of(namespace, account).withLabels(Map.of(Keys.USE, "true")),
                new PodSpec(account, false, "", List.of(), List.of(Container.of(account, "")), List.of()),
                List.of(),
                "Running");
    }
}
