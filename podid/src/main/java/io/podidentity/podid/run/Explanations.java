package io.podidentity.podid.run;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.kubectl.KubectlFailure;
import io.podidentity.podid.kubectl.KubectlFailure.Denied;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why an identity cannot be borrowed, and what to do. */
final class Explanations {

    private final String namespace;

    Explanations(String namespace) {
        this.namespace = namespace;
    }

    /**
     * That kubectl failed.
     *
     * @param what podid did by it, such as {@code reads deployment/orders}
     * @param object the name of the one object that it was about; empty if there is none
     */
    CannotBorrowException of(KubectlFailure failure, String what, String object) {
        String remedy = switch (failure.kind()) {
            case NO_PROGRAM ->
                "Install kubectl (az aks install-cli), and sign in to the cluster: az aks"
                        + " get-credentials --resource-group GROUP --name CLUSTER";
            case NO_CLUSTER ->
                "Choose a cluster: kubectl config get-contexts, then --context NAME; or fetch one:"
                        + " az aks get-credentials --resource-group GROUP --name CLUSTER";
            case NOT_SIGNED_IN ->
                "Sign in as for kubectl itself: az login (with kubelogin: kubelogin"
                        + " convert-kubeconfig -l azurecli)";
            case FORBIDDEN ->
                failure.denied()
                        .map(denied -> grant(denied, object))
                        .orElse("Ask the administrators of the cluster for that right.");
            case NOT_FOUND ->
                "Look what there is: kubectl get deploy,sts,ds,cronjob,pod,sa --namespace " + namespace
                        + ", or name another --namespace";
            case TIMED_OUT ->
                "Is the cluster reachable from here (VPN, authorized IP ranges)? Does its sign-in"
                        + " wait for you? Run kubectl get pods once by itself.";
            case OTHER -> "Run it by itself to see more.";
        };
        return new CannotBorrowException("While podid " + what + ", kubectl said:\n  "
                + failure.message().replace("\n", "\n  ") + "\n" + remedy);
    }

    /** The least that allows it, for the user who was refused. */
    private String grant(Denied denied, String object) {
        boolean token = denied.resource().equals("serviceaccounts/token");
        String name = token ? "borrow-identity" : "read-" + denied.resource().replace('/', '-');
        return """
                User "%1$s" needs the verb "%2$s" on %3$s in namespace %4$s.%7$s Whoever administers it applies this:
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: %5$s, namespace: %4$s}
                rules:
                - apiGroups: ["%6$s"]
                  resources: [%3$s]%8$s
                  verbs: [%2$s]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %5$s, namespace: %4$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %5$s}
                subjects:
                - {apiGroup: rbac.authorization.k8s.io, kind: User, name: "%1$s"}""".formatted(
                        denied.user(),
                        denied.verb(),
                        denied.resource(),
                        denied.namespace().isEmpty() ? namespace : denied.namespace(),
                        name,
                        denied.group(),
                        token ? " Who has that can be the account, in Azure and in the cluster, so it is for few." : "",
                        object.isEmpty() ? "" : "\n  resourceNames: [" + object + "]");
    }

    /** Only an identity that stands on the account's token can be borrowed. */
    void requireWorkloadIdentity(WorkloadName workload, Pod pod) throws CannotBorrowException {
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

    String requireClientId(@Nullable String clientId, String account) throws CannotBorrowException {
        if (clientId == null || clientId.isEmpty()) {
            throw new CannotBorrowException("Service account " + namespace + "/" + account
                    + " stands for no identity: it lacks the annotation " + Keys.CLIENT_ID
                    + ". Add it: kubectl annotate"
                    + " serviceaccount " + account + " --namespace " + namespace + " " + Keys.CLIENT_ID + "=CLIENT-ID");
        }
        return clientId;
    }

    String requireTenant(@Nullable String tenant, String account) throws CannotBorrowException {
        if (tenant == null || tenant.isEmpty()) {
            throw new CannotBorrowException(
                    "The tenant is not known: service account " + namespace + "/" + account
                            + " has no annotation " + Keys.TENANT_ID
                            + ", no pod runs under it, and the webhook's ConfigMap"
                            + " azure-wi-webhook-config cannot be read. Say it: --tenant ID (az account show --query tenantId)");
        }
        return tenant;
    }
}
