// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Objects by which a driver, an operator or a sidecar uses an identity, and identity bindings of AKS. */
final class ReferenceRules extends RuleFamily {

    private static final String USE_IDENTITY = "use-managed-identity";
    private static final String BINDINGS = "cid.wi.aks.azure.com";

    /** The binding itself is an object of Azure, which no manifest has. */
    private static final String OR_SUBJECT = "; the binding's allowedSubjects must name the account then";

    private final Report identityBindingRole = info("C23", "identity-binding-role", "AKS#4658")
            .says("A pod uses an identity binding, and no ClusterRole lets its service account use the identity. The"
                    + " binding in Azure may name the account in allowedSubjects, which needs no role")
            .remedy(
                    "Name the account in allowedSubjects, or bind the account to a ClusterRole with the verb use-managed-identity, the API group"
                            + " cid.wi.aks.azure.com and the client ID as resource");
    private final Report referenceAccount = error(
                    "C23", "reference-account", "azure-workload-identity#1026", "external-secrets/external-secrets#611")
            .says("An object names a service account that has no identity, or is not there")
            .remedy("Annotate the service account with azure.workload.identity/client-id");
    private final Report referenceNotFound = error(
                    "C23", "reference-not-found", "secrets-store-csi-driver-provider-azure#682")
            .says("A pod or object names a SecretProviderClass or TriggerAuthentication that its namespace does not"
                    + " have")
            .remedy("Write the name of an object of the same namespace");
    private final Report referenceRunner = error(
                    "C23",
                    "reference-runner",
                    "kedacore/keda#4219",
                    "kedacore/keda#7101",
                    "external-secrets/external-secrets#2436")
            .says("What gets the token for an object has no identity itself")
            .remedy("Give its pods the label azure.workload.identity/use: \"true\" and an annotated service account");
    private final Report referenceTwoWays = error(
                    "C23", "reference-two-ways", "secrets-store-csi-driver-provider-azure#284")
            .says("An object asks for pod identity and for the node's identity at once")
            .remedy("Write one of usePodIdentity and useVMManagedIdentity, or neither and clientID");
    private final Report referenceWithoutNmi = error("C23", "reference-without-nmi", "kedacore/keda#5035")
            .says("An object takes its identity from NMI, which the cluster does not have")
            .remedy("Let it use workload identity");

    ReferenceRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        identityBindingRole();
        for (IdentityReference one : context.references()) {
            referenceAccount(one);
            referenceRunner(one);
            referenceTwoWays(one);
            referenceWithoutNmi(one);
        }
        referenceNotFound();
    }

    /**
     * The cluster's proxy asks the API server about an account that the binding does not name; roles of a namespace do
     * not count.
     */
    private void identityBindingRole() {
        List<FieldLocation> roles = context.kind("ClusterRole").stream()
                .filter(role -> role.at("rules").items().stream()
                        .anyMatch(rule -> rule.at("apiGroups").itemTexts().contains(BINDINGS)))
                .toList();
        // Of roles that are all elsewhere nothing can be said.
        for (PodSource pod : roles.isEmpty() ? List.<PodSource>of() : context.webhookPods()) {
            FieldLocation annotation = pod.annotation(Keys.USE_IDENTITY_BINDING);
            String clientId = context.clientId(pod);
            List<String> named = roles.stream()
                    .filter(role -> allows(role, clientId))
                    .map(role -> role.at("metadata", "name").text())
                    .toList();
            String account = pod.namespace() + "/" + pod.serviceAccount();
            if (clientId.isEmpty() || !annotation.text().equalsIgnoreCase("true")) {
                continue;
            }
            if (named.isEmpty()) {
                identityBindingRole.add(
                        annotation, "no ClusterRole here has " + USE_IDENTITY + " for " + clientId + OR_SUBJECT);
            } else if (context.kind("ClusterRoleBinding").stream().noneMatch(one -> binds(one, named, pod))) {
                identityBindingRole.add(
                        annotation,
                        "no ClusterRoleBinding gives service account " + account + " the ClusterRole " + named.get(0)
                                + OR_SUBJECT,
                        "Run: kubectl create clusterrolebinding " + named.get(0) + "-" + pod.serviceAccount()
                                + " --clusterrole=" + named.get(0) + " --serviceaccount="
                                + account.replace('/', ':'));
            }
        }
    }

    private static boolean allows(FieldLocation role, String clientId) {
        return role.at("rules").items().stream()
                .anyMatch(rule -> rule.at("apiGroups").itemTexts().contains(BINDINGS)
                        && (rule.at("verbs").itemTexts().contains(USE_IDENTITY)
                                || rule.at("verbs").itemTexts().contains("*"))
                        && rule.at("resources").itemTexts().stream()
                                .anyMatch(one -> one.equals("*") || one.equals(clientId)));
    }

    private static boolean binds(FieldLocation binding, List<String> roles, PodSource pod) {
        String group = "system:serviceaccounts";
        return roles.contains(binding.at("roleRef", "name").text())
                && binding.at("subjects").items().stream()
                        .map(one -> one.at("namespace").text() + "/"
                                + one.at("name").text())
                        .anyMatch(List.of(
                                pod.namespace() + "/" + pod.serviceAccount(),
                                "/" + group,
                                "/" + group + ":" + pod.namespace())::contains);
    }

    /** The operator creates a token of the account and sends it to Entra ID as the client ID of its annotation. */
    private void referenceAccount(IdentityReference one) {
        if (one.way() != Way.WORKLOAD || one.account().isEmpty()) {
            return;
        }
        ObjectName name = one.account().get();
        FieldLocation field = one.accountField().orElseThrow();
        List<ServiceAccount> called = context.cluster().all(ServiceAccount.class).stream()
                .filter(account -> account.name().name().equals(name.name()))
                .toList();
        Optional<ServiceAccount> account = called.stream()
                .filter(each -> name.namespace().isEmpty() || name.namespace().equals(each.namespace()))
                .findFirst();
        if (account.isEmpty() && !called.isEmpty()) {
            referenceAccount.add(
                    field,
                    "service account " + name + " is not here, but "
                            + called.get(0).name() + " is",
                    "Create it in " + name.namespace() + ", or name the one that is meant.");
        } else if (account.isPresent()
                && !one.clientId().exists()
                && !account.get().metadata().annotations().containsKey(Keys.CLIENT_ID)) {
            referenceAccount.add(
                    field,
                    "service account " + account.get().name() + " has no annotation " + Keys.CLIENT_ID,
                    "Add to its annotations: " + Keys.CLIENT_ID + ": CLIENT_ID. See "
                            + one.kind().page());
        }
    }

    /** The pod stays in ContainerCreating, and the ScaledObject is not ready. */
    private void referenceNotFound() {
        for (PodSource pod : context.pods()) {
            pod.spec("volumes").items().stream()
                    .map(volume -> volume.at("csi", "volumeAttributes", "secretProviderClass"))
                    .forEach(name -> named("SecretProviderClass", pod.namespace(), name));
        }
        Stream.of("ScaledObject", "ScaledJob")
                .flatMap(kind -> context.kind(kind).stream())
                .forEach(scaled -> scaled.at("spec", "triggers").items().stream()
                        .map(trigger -> trigger.at("authenticationRef"))
                        .filter(reference -> !reference.at("kind").text().startsWith("Cluster"))
                        .forEach(reference ->
                                named("TriggerAuthentication", scaled.object().namespace(), reference.at("name"))));
    }

    /** What is in none of the files is not missed: it may well be in others. */
    private void named(String kind, String namespace, FieldLocation field) {
        String name = field.text();
        if (name.isEmpty() || context.isWritten(kind, new ObjectName(namespace, name))) {
            return;
        }
        List<String> elsewhere = context.namespaces(kind, name);
        if (!elsewhere.isEmpty()) {
            referenceNotFound.addElsewhere(
                    context.isPlaced(field, kind, name),
                    field,
                    kind + " " + name + " is not in " + namespace + " but is " + elsewhere.get(0) + "/" + name,
                    "Create it in " + namespace + ".");
        } else {
            ClosestMatch.of(name, context.names(kind, namespace))
                    .ifPresent(near ->
                            referenceNotFound.add(field, "there is no " + kind + " " + name, "Write: name " + near));
        }
    }

    /** Of what is in the files: its environment has no token then, or NMI none for the pod. */
    private void referenceRunner(IdentityReference one) {
        for (PodSource pod : one.runners()) {
            String who = one.kind().runner() + ", " + pod.object() + ", ";
            if (one.needsWebhook() && !pod.usesWorkloadIdentity() && !pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE")) {
                referenceRunner.add(one.place(), who + "lacks the label " + Keys.USE + ": \"true\"", remedy(one));
            } else if (one.needsWebhook()
                    && !one.clientId().exists()
                    && context.serviceAccount(pod).isPresent()
                    && context.clientId(pod).isEmpty()) {
                referenceRunner.add(
                        one.place(), who + "runs as a service account without " + Keys.CLIENT_ID, remedy(one));
            } else if (one.way() == Way.NMI
                    && context.profile().hasNmi()
                    && !pod.asksForBinding()
                    && context.match(pod).identities().isEmpty()) {
                referenceRunner.add(
                        one.place(),
                        who + "lacks the label " + Pod.BINDING_LABEL + ", so NMI answers 404",
                        "Label it, or write " + one.kind().instead() + ": "
                                + one.kind().page());
            }
        }
    }

    private String remedy(IdentityReference one) {
        return referenceRunner.remedy() + " See " + one.kind().page();
    }

    /** The driver refuses: cannot enable both pod identity and user-assigned managed identity. */
    private void referenceTwoWays(IdentityReference one) {
        if (one.has(Way.NMI) && one.has(Way.NODE)) {
            referenceTwoWays.add(one.place(), "usePodIdentity and useVMManagedIdentity are both true");
        }
    }

    /** Nothing listens where the driver or operator asks, or its version knows no pod identity. */
    private void referenceWithoutNmi(IdentityReference one) {
        if (!context.profile().hasNmi() && one.way() == Way.NMI) {
            referenceWithoutNmi.add(
                    one.place(),
                    "it takes its identity from NMI, which this cluster does not have",
                    "Write " + one.kind().instead() + ": " + one.kind().page());
        }
    }
}
