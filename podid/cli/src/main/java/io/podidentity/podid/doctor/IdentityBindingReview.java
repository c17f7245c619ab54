// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.file.OwnedFolder;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.text.ParseException;

/**
 * Asks the API server whether a service account may use an identity through an identity binding of AKS, by a
 * SubjectAccessReview, which stores nothing. {@code kubectl auth can-i} does not do: of a resource that the cluster
 * does not know it drops the group.
 *
 * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
 */
record IdentityBindingReview(Kubectl kubectl, ObjectName account, String clientId) {

    private static final String LINK = "binding";

    private static final String REVIEW = """
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": "system:serviceaccount:%1$s:%2$s",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:%1$s", "system:authenticated"],
            "resourceAttributes": {"group": "cid.wi.aks.azure.com", "resource": %3$s, "verb": "use-managed-identity"}}}
            """;

    /**
     * The commands that give the role. They write the object, since {@code kubectl create clusterrole} refuses a
     * resource that the cluster does not know.
     */
    private static final String GRANT =
            "echo '{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"ClusterRole\","
                    + "\"metadata\":{\"name\":\"use-%3$s\"},\"rules\":[{\"verbs\":[\"use-managed-identity\"],"
                    + "\"apiGroups\":[\"cid.wi.aks.azure.com\"],\"resources\":[\"%3$s\"]}]}' | kubectl apply -f - && kubectl create"
                    + " clusterrolebinding use-%3$s-%1$s-%2$s --clusterrole=use-%3$s --serviceaccount=%1$s:%2$s";

    Link reviewAccess() throws InterruptedException {
        String use = account.namespace() + "/" + account.name() + " may use-managed-identity " + clientId;
        Kubectl.Result result = createReview();
        if (result.failure().isPresent()) {
            KubectlException failure = result.failure().get();
            return Link.unknown(
                    LINK, "whether " + use + ": " + TokenTrial.firstLine(failure), failure.writeGrants("doctor", ""));
        }
        // An answer without the field is one of an API server that did not decide.
        String allowed = readAllowed(result.stdout());
        if (allowed.equals("true")) {
            return Link.ok(LINK, use + "; only a pod can try it");
        }
        if (allowed.equals("false")) {
            return explainDenial();
        }
        return Link.unknown(LINK, "whether " + use + ": the API server does not say");
    }

    /** A denial is no proof: the binding itself, which is in Azure, may let the account use the identity. */
    private Link explainDenial() {
        return Link.unknown(
                LINK,
                "no role lets " + account.namespace() + "/" + account.name() + " use-managed-identity " + clientId
                        + "; allowedSubjects of the identity binding, which is in Azure, can let it. Let"
                        + " allowedSubjects name system:serviceaccount:" + account.namespace() + ":" + account.name()
                        + ", or give it the role",
                GRANT.formatted(account.namespace(), account.name(), clientIdForShell()));
    }

    /** The client ID, if it can stand in a command for a shell: the annotation may say anything. */
    private String clientIdForShell() {
        return clientId.matches("[0-9A-Za-z-]+") ? clientId : "CLIENT_ID";
    }

    private Kubectl.Result createReview() throws InterruptedException {
        String review = REVIEW.formatted(account.namespace(), account.name(), Json.write(clientId));
        try (OwnedFolder folder = OwnedFolder.create("podid-doctor-")) {
            return kubectl.run(
                    "create",
                    "--raw=/apis/authorization.k8s.io/v1/subjectaccessreviews",
                    "--filename=" + folder.write("review.json", review));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the API server says, {@code true} or {@code false}; empty if it does not say. */
    private static String readAllowed(String answer) {
        try {
            return new KubernetesJson(Json.object(answer)).text("status", "allowed");
        } catch (ParseException e) {
            return "";
        }
    }
}
