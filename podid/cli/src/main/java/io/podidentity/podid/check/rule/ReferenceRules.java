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
import java.util.Set;
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
            .remedy("Name the account in allowedSubjects, or bind the account to a ClusterRole with the verb"
                    + " use-managed-identity, the API group"
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
        for (IdentityReference reference : context.references()) {
            referenceAccount(reference);
            referenceRunner(reference);
            referenceTwoWays(reference);
            referenceWithoutNmi(reference);
        }
        referenceNotFound();
    }

    /**
     * The cluster's proxy asks the API server about an account that the binding does not name; roles of a namespace do
     * not count.
     */
    private void identityBindingRole() {
        List<FieldLocation> roles = context.objectsOfKind("ClusterRole").stream()
                .filter(ReferenceRules::isForBindings)
                .toList();
        if (roles.isEmpty()) {
            // All roles are in files that were not named, so nothing can be said of them.
            return;
        }
        for (PodSource pod : context.webhookPods()) {
            boolean usesBinding =
                    pod.annotation(Keys.USE_IDENTITY_BINDING).text().equalsIgnoreCase("true");
            if (usesBinding && !context.clientId(pod).isEmpty()) {
                checkRoleOf(pod, roles);
            }
        }
    }

    private void checkRoleOf(PodSource pod, List<FieldLocation> roles) {
        FieldLocation annotation = pod.annotation(Keys.USE_IDENTITY_BINDING);
        String clientId = context.clientId(pod);
        List<String> allowing = roles.stream()
                .filter(role -> allows(role, clientId))
                .map(role -> role.at("metadata", "name").text())
                .toList();
        if (allowing.isEmpty()) {
            identityBindingRole.add(
                    annotation, "no ClusterRole here has " + USE_IDENTITY + " for " + clientId + OR_SUBJECT);
            return;
        }
        boolean isBound =
                context.objectsOfKind("ClusterRoleBinding").stream().anyMatch(binding -> binds(binding, allowing, pod));
        if (!isBound) {
            String role = allowing.get(0);
            identityBindingRole.add(
                    annotation,
                    "no ClusterRoleBinding gives service account " + pod.namespace() + "/" + pod.serviceAccount()
                            + " the ClusterRole " + role + OR_SUBJECT,
                    "Run: kubectl create clusterrolebinding " + role + "-" + pod.serviceAccount() + " --clusterrole="
                            + role + " --serviceaccount=" + pod.namespace() + ":" + pod.serviceAccount());
        }
    }

    private static boolean isForBindings(FieldLocation role) {
        return role.at("rules").items().stream().anyMatch(ReferenceRules::isRuleForBindings);
    }

    private static boolean isRuleForBindings(FieldLocation rule) {
        return rule.at("apiGroups").itemTexts().contains(BINDINGS);
    }

    private static boolean allows(FieldLocation role, String clientId) {
        return role.at("rules").items().stream()
                .filter(ReferenceRules::isRuleForBindings)
                .filter(rule -> hasWord(rule.at("verbs"), USE_IDENTITY))
                .anyMatch(rule -> hasWord(rule.at("resources"), clientId));
    }

    /** An asterisk stands for any word in the rules of a role. */
    private static boolean hasWord(FieldLocation list, String word) {
        return list.itemTexts().contains("*") || list.itemTexts().contains(word);
    }

    /** Roles can be bound to the account itself, to all accounts, or to those of a namespace. */
    private static boolean binds(FieldLocation binding, List<String> roles, PodSource pod) {
        if (!roles.contains(binding.at("roleRef", "name").text())) {
            return false;
        }
        String group = "system:serviceaccounts";
        Set<String> subjects =
                Set.of(pod.namespace() + "/" + pod.serviceAccount(), "/" + group, "/" + group + ":" + pod.namespace());
        return binding.at("subjects").items().stream()
                .map(subject -> subject.at("namespace").text() + "/"
                        + subject.at("name").text())
                .anyMatch(subjects::contains);
    }

    /** The operator creates a token of the account and sends it to Entra ID as the client ID of its annotation. */
    private void referenceAccount(IdentityReference reference) {
        if (reference.way() != Way.WORKLOAD || reference.account().isEmpty()) {
            return;
        }
        ObjectName name = reference.account().get();
        FieldLocation field = reference.accountField().orElseThrow();
        List<ServiceAccount> called = context.cluster().all(ServiceAccount.class).stream()
                .filter(account -> account.name().name().equals(name.name()))
                .toList();
        Optional<ServiceAccount> account = called.stream()
                .filter(each -> name.namespace().isEmpty() || name.namespace().equals(each.namespace()))
                .findFirst();
        if (account.isPresent()) {
            checkClientIdOf(account.get(), reference, field);
        } else if (!called.isEmpty()) {
            referenceAccount.add(
                    field,
                    "service account " + name + " is not here, but "
                            + called.get(0).name() + " is",
                    "Create it in " + name.namespace() + ", or name the one that is meant.");
        }
    }

    private void checkClientIdOf(ServiceAccount account, IdentityReference reference, FieldLocation field) {
        if (!reference.clientId().exists() && !account.metadata().annotations().containsKey(Keys.CLIENT_ID)) {
            referenceAccount.add(
                    field,
                    "service account " + account.name() + " has no annotation " + Keys.CLIENT_ID,
                    "Add to its annotations: " + Keys.CLIENT_ID + ": CLIENT_ID. See "
                            + reference.kind().page());
        }
    }

    /** The pod stays in ContainerCreating, and the ScaledObject is not ready. */
    private void referenceNotFound() {
        for (PodSource pod : context.pods()) {
            for (FieldLocation volume : pod.spec("volumes").items()) {
                FieldLocation name = volume.at("csi", "volumeAttributes", "secretProviderClass");
                requireObject("SecretProviderClass", pod.namespace(), name);
            }
        }
        Stream.of("ScaledObject", "ScaledJob")
                .flatMap(kind -> context.objectsOfKind(kind).stream())
                .forEach(this::checkTriggers);
    }

    private void checkTriggers(FieldLocation scaled) {
        String namespace = scaled.object().namespace();
        for (FieldLocation trigger : scaled.at("spec", "triggers").items()) {
            FieldLocation reference = trigger.at("authenticationRef");
            // A ClusterTriggerAuthentication has no namespace in which it could be missing.
            if (!reference.at("kind").text().startsWith("Cluster")) {
                requireObject("TriggerAuthentication", namespace, reference.at("name"));
            }
        }
    }

    /** Reports a missing object if the files have one of nearly that name; if not, it may well be in other files. */
    private void requireObject(String kind, String namespace, FieldLocation field) {
        String name = field.text();
        if (name.isEmpty() || context.isWritten(kind, new ObjectName(namespace, name))) {
            return;
        }
        List<String> elsewhere = context.listNamespaces(kind, name);
        if (!elsewhere.isEmpty()) {
            referenceNotFound.addElsewhere(
                    context.isPlaced(field, kind, name),
                    field,
                    kind + " " + name + " is not in " + namespace + " but is " + elsewhere.get(0) + "/" + name,
                    "Create it in " + namespace + ".");
        } else {
            ClosestMatch.of(name, context.listNames(kind, namespace))
                    .ifPresent(near ->
                            referenceNotFound.add(field, "there is no " + kind + " " + name, "Write: name " + near));
        }
    }

    /**
     * The program that gets the token for the object has no token itself: the webhook gave it none, or NMI has none for
     * it.
     */
    private void referenceRunner(IdentityReference reference) {
        for (PodSource pod : reference.runners()) {
            if (reference.needsWebhook()) {
                checkRunnerForWebhook(reference, pod);
            } else if (reference.way() == Way.NMI && context.profile().hasNmi()) {
                checkRunnerForNmi(reference, pod);
            }
        }
    }

    private void checkRunnerForWebhook(IdentityReference reference, PodSource pod) {
        String remedy = referenceRunner.remedy() + " See " + reference.kind().page();
        boolean isNamed =
                reference.clientId().exists() || !context.clientId(pod).isEmpty();
        if (!pod.usesWorkloadIdentity() && !pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE")) {
            referenceRunner.add(
                    reference.place(),
                    describeRunner(reference, pod) + "lacks the label " + Keys.USE + ": \"true\"",
                    remedy);
        } else if (!isNamed && context.serviceAccount(pod).isPresent()) {
            referenceRunner.add(
                    reference.place(),
                    describeRunner(reference, pod) + "runs as a service account without " + Keys.CLIENT_ID,
                    remedy);
        }
    }

    private void checkRunnerForNmi(IdentityReference reference, PodSource pod) {
        if (!pod.asksForBinding() && context.match(pod).identities().isEmpty()) {
            referenceRunner.add(
                    reference.place(),
                    describeRunner(reference, pod) + "lacks the label " + Pod.BINDING_LABEL + ", so NMI answers 404",
                    "Label it, or write " + reference.kind().instead() + ": "
                            + reference.kind().page());
        }
    }

    private static String describeRunner(IdentityReference reference, PodSource pod) {
        return reference.kind().runner() + ", " + pod.object() + ", ";
    }

    /** The driver refuses: cannot enable both pod identity and user-assigned managed identity. */
    private void referenceTwoWays(IdentityReference reference) {
        if (reference.hasSign(Way.NMI) && reference.hasSign(Way.NODE)) {
            referenceTwoWays.add(reference.place(), "usePodIdentity and useVMManagedIdentity are both true");
        }
    }

    /** Nothing listens where the driver or operator asks, or its version knows no pod identity. */
    private void referenceWithoutNmi(IdentityReference reference) {
        if (!context.profile().hasNmi() && reference.way() == Way.NMI) {
            referenceWithoutNmi.add(
                    reference.place(),
                    "it takes its identity from NMI, which this cluster does not have",
                    "Write " + reference.kind().instead() + ": "
                            + reference.kind().page());
        }
    }
}
